import type { Page } from '@playwright/test';
import type { Me } from '@parley/shared';
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
import { ME } from './support/scripted-me.ts';
import { expect, freshTest as test } from './support/ui-test.ts';

async function signInWithEmail(page: Page): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Sign in' });
  await dialog.getByRole('textbox', { name: 'E-mail address' }).fill('ada@example.com');
  await page.keyboard.press('Enter');
  await dialog.getByRole('textbox', { name: 'Code' }).fill(EMAIL_CODE);
  await page.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
}

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
  await signInWithEmail(page);
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

test.describe('the account menu', () => {
  const menuOf = async (page: Page) => {
    await page.getByRole('button', { name: 'Account and history' }).click();
    return page.getByRole('menu');
  };

  test('leads administrators to the status, by keyboard too', async ({ open, page }) => {
    const roles: Me['role'][] = ['user', 'admin'];
    await scriptOperatorApi(page, { overview: someOverview() });
    await open('idle', 'way=both');
    await page.route('**/api/v1/me', (route) =>
      route.fulfill({ json: { ...ME, kind: 'account', role: roles.shift() ?? 'admin' } }),
    );
    let menu = await menuOf(page);
    await menu.getByRole('menuitem', { name: 'Sign in' }).click();
    await signInWithEmail(page);
    const asked = page.waitForResponse('**/api/v1/me');
    menu = await menuOf(page);
    await (await asked).finished();
    // What follows from the answer is drawn by then.
    await page.evaluate(
      () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
    );
    await expect(menu.getByRole('menuitem')).toHaveText([
      'History',
      'Usage',
      'Calls',
      'Privacy',
      'Sign out',
    ]);
    await page.keyboard.press('Escape');
    menu = await menuOf(page);
    await expect(menu.getByRole('menuitem', { name: 'Status' })).toBeVisible();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await expect(verdictOf(page)).toHaveText('All is well');
    expect(new URL(page.url()).pathname).toBe('/status');
  });

  test('asks nothing about the role of a guest', async ({ open, page }) => {
    await open('idle');
    let asked = 0;
    page.on('request', (request) => {
      if (request.url().endsWith('/api/v1/me')) asked += 1;
    });
    const menu = await menuOf(page);
    await expect(menu.getByRole('menuitem', { name: 'Calls' })).toBeVisible();
    await page.waitForLoadState('networkidle');
    await expect(menu.getByRole('menuitem', { name: 'Status' })).toHaveCount(0);
    expect(asked).toBe(0);
  });
});
