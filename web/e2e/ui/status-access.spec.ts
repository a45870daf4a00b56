import { someOverview } from './support/scripted-overview.ts';
import { scriptLog } from './support/scripted-log.ts';
import {
  enterToken,
  OPERATOR_TOKEN,
  openStatus,
  scriptOperatorApi,
  verdictOf,
} from './support/scripted-operator.ts';
import { EMAIL_CODE } from './support/scripted-account.ts';
import { expect, test } from './support/ui-test.ts';

test.use({ expectedComplaints: /Failed to load resource/ });

test.beforeEach(async ({ page }) => {
  await scriptLog(page);
});

test('the operator’s token opens the page, is kept by the window, and can be forgotten', async ({
  open,
  page,
}) => {
  const operator = await scriptOperatorApi(page, {
    overview: someOverview(),
    token: OPERATOR_TOKEN,
  });
  await open('idle');
  await openStatus(page);
  await enterToken(page, 'a guess');
  await expect(page.getByRole('alert').filter({ hasText: 'not the operator' })).toBeVisible();
  const asked = operator.asked.length;
  await enterToken(page);
  await expect(verdictOf(page)).toHaveText('All is well');
  expect(operator.asked.length).toBeLessThanOrEqual(asked + 2);

  await open('idle');
  await openStatus(page);
  await expect(verdictOf(page)).toHaveText('All is well');
  expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain(OPERATOR_TOKEN);
  await page.getByRole('button', { name: 'Forget it' }).click();
  await expect(page.getByLabel('Operator’s token')).toBeFocused();
  expect(await page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain(OPERATOR_TOKEN);
});

test('an account that is not an administrator’s is told so and not asked about again', async ({
  open,
  page,
}) => {
  const operator = await scriptOperatorApi(page, { overview: someOverview() });
  await open('idle', 'way=accounts');
  await openStatus(page);
  await page.getByRole('button', { name: 'Sign in with an account' }).click();
  operator.refusal = 'forbidden';
  const dialog = page.getByRole('dialog', { name: 'Sign in' });
  await dialog.getByRole('textbox', { name: 'E-mail address' }).fill('ada@example.com');
  await page.keyboard.press('Enter');
  await dialog.getByRole('textbox', { name: 'Code' }).fill(EMAIL_CODE);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert').filter({ hasText: 'not an administrator' })).toBeVisible();
  const asked = operator.asked.length;
  operator.refusal = null;
  await page.getByLabel('Operator’s token').fill(OPERATOR_TOKEN);
  await page.keyboard.press('Enter');
  await expect(verdictOf(page)).toHaveText('All is well');
  expect(operator.asked.length).toBeLessThanOrEqual(asked + 2);
});

test('a relay without an administrator says what to set', async ({ open, page }) => {
  const operator = await scriptOperatorApi(page, {
    overview: someOverview(),
    refusal: 'not_found',
  });
  await open('idle');
  await openStatus(page);
  await expect(page.getByText('Set ADMIN_TOKEN in its environment')).toBeVisible();
  operator.refusal = null;
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByLabel('Operator’s token')).toBeVisible();
});

test('while the relay is away, what was known stays, grey and dated, until it is back', async ({
  open,
  page,
}) => {
  const operator = await scriptOperatorApi(page, { overview: someOverview() });
  await open('idle');
  await openStatus(page);
  await enterToken(page);
  await expect(verdictOf(page)).toHaveText('All is well');
  operator.isAway = true;
  await expect(verdictOf(page)).toHaveText(/^The relay has not answered since \d/);
  await expect(page.getByText('What you see is from')).toBeVisible();
  await expect(page.getByText('Safari on iPhone')).toBeVisible();
  await expect(page.locator('[data-old=true]')).toHaveCount(1);
  operator.isAway = false;
  await expect(verdictOf(page)).toHaveText('All is well');
  await expect(page.locator('[data-old=true]')).toHaveCount(0);
});
