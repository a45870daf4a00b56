import type { Page } from '@playwright/test';
import { newOverview, someOverview, troubledOverview } from './support/scripted-overview.ts';
import { openStatus, scriptOperatorApi } from './support/scripted-operator.ts';
import { EMAIL_CODE } from './support/scripted-account.ts';
import { expect, test } from './support/ui-test.ts';

const TOKEN = 'operators-token-0001';
const CAUSE = {
  code: 'provider_failed',
  message: 'openai-compatible does not answer as it should: unauthorized. anthropic stands in.',
};

const line = (page: Page) => page.getByRole('region', { name: 'Verdict' }).getByRole('status');

/** Gives the operator's token. */
async function enterToken(page: Page, token = TOKEN): Promise<void> {
  const field = page.getByLabel('Operator’s token');
  await expect(field).toBeFocused();
  await field.fill(token);
  await page.keyboard.press('Enter');
}

test.describe('refusals', () => {
  test.use({ expectedComplaints: /Failed to load resource/ });

  test('the operator’s token opens the page, is kept by the window, and can be forgotten', async ({
    open,
    page,
  }) => {
    const operator = await scriptOperatorApi(page, { overview: someOverview(), token: TOKEN });
    await open('idle');
    await openStatus(page);
    await enterToken(page, 'a guess');
    await expect(page.getByRole('alert').filter({ hasText: 'not the operator' })).toBeVisible();
    const asked = operator.asked.length;
    await enterToken(page);
    await expect(line(page)).toHaveText('All is well');
    expect(operator.asked.length).toBeLessThanOrEqual(asked + 2);

    await open('idle');
    await openStatus(page);
    await expect(line(page)).toHaveText('All is well');
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain(TOKEN);
    await page.getByRole('button', { name: 'Forget it' }).click();
    await expect(page.getByLabel('Operator’s token')).toBeFocused();
    expect(await page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain(TOKEN);
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
    await page.getByLabel('Operator’s token').fill(TOKEN);
    await page.keyboard.press('Enter');
    await expect(line(page)).toHaveText('All is well');
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
    await expect(line(page)).toHaveText('All is well');
    operator.isAway = true;
    await expect(line(page)).toHaveText(/^The relay does not answer since \d/);
    await expect(page.getByText('What you see is from')).toBeVisible();
    await expect(page.getByText('Safari on iPhone')).toBeVisible();
    await expect(page.locator('[data-old=true]')).toHaveCount(1);
    operator.isAway = false;
    await expect(line(page)).toHaveText('All is well');
    await expect(page.locator('[data-old=true]')).toHaveCount(0);
  });
});

test.describe('signed in', () => {
  test.beforeEach(async ({ page }) => {
    await page.addInitScript(
      (token) =>
        sessionStorage.setItem(`parley.operator ${location.origin}`, JSON.stringify({ token })),
      TOKEN,
    );
  });

  test('what is wrong stands in the first line, and a reset is seen at once', async ({
    open,
    page,
  }) => {
    const operator = await scriptOperatorApi(page, { overview: someOverview() });
    await open('idle');
    await openStatus(page);
    await expect(line(page)).toHaveText('All is well');
    await expect(page.getByRole('button', { name: /^Reset/ })).toHaveCount(0);
    operator.overview = troubledOverview('degraded', [CAUSE]);
    await expect(line(page)).toHaveText(CAUSE.message, { timeout: 2_000 });
    const providers = page.getByRole('region', { name: 'Providers' });
    await expect(providers.getByText('Last error: unauthorized')).toBeVisible();
    await page.getByRole('button', { name: 'Reset openai-compatible (generator)' }).click();
    await expect(page.getByRole('button', { name: /^Reset/ })).toHaveCount(0);
    expect(operator.asked).toContain(
      'POST /api/v1/monitoring/health/reset/generator%3Aopenai-compatible',
    );
    const down = { code: 'stage_down', message: 'No provider can answer: both failed.' };
    operator.overview = troubledOverview('critical_down', [down, CAUSE]);
    await expect(line(page)).toHaveText(down.message);
    await expect(page.getByText(CAUSE.message)).toBeVisible();
  });

  test('a call is ended only when that is confirmed', async ({ open, page }) => {
    const operator = await scriptOperatorApi(page, { overview: someOverview() });
    await open('idle');
    await openStatus(page);
    const calls = page.getByRole('region', { name: 'Calls' });
    await expect(calls.getByText('Stuck')).toHaveCount(1);
    await expect(calls.getByText('thinks for 1 min')).toBeVisible();
    await calls.getByRole('button', { name: 'End Safari on iPhone' }).click();
    await page.getByRole('button', { name: 'Let it go on' }).press('Enter');
    await expect(calls.getByText('Safari on iPhone')).toBeVisible();
    await calls.getByRole('button', { name: 'End Safari on iPhone' }).press('Enter');
    await page.getByRole('button', { name: 'End the call' }).press('Enter');
    await expect(calls.getByText('Safari on iPhone')).toHaveCount(0);
    expect(operator.asked).toContain('POST /api/v1/admin/sessions/sess_90ab/end');
  });

  test('a relay that was just started says what has not happened yet', async ({ open, page }) => {
    await scriptOperatorApi(page, { overview: newOverview() });
    await open('idle');
    await openStatus(page);
    await expect(page.getByText('No call yet since the relay was started.')).toBeVisible();
  });
});
