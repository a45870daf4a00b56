import { violationsIn, violationsInBothThemes } from '../support/axe.ts';
import { CLOSE_REASONS, type CloseReason } from '@parley/shared/close-codes';
import { EMAIL_CODE, HASTY_CODE, RIGHT_CODE } from './support/scripted-account.ts';
import { ME } from './support/scripted-me.ts';
import { commandsOf, expect, test } from './support/ui-test.ts';

const LINE = '#call-state';

test('the access code is asked for once, by keyboard, and the call begins', async ({ open }) => {
  const page = await open('idle', 'way=code');
  await page.getByRole('button', { name: 'Press to talk' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Access code' });
  await expect(dialog.getByRole('textbox', { name: 'Access code' })).toBeFocused();
  expect(await commandsOf(page)).not.toContain('start:microphone');

  await page.keyboard.type('guess');
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('alert')).toHaveText(
    'That is not the code. Check it and try again.',
  );
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(HASTY_CODE);
  await expect(dialog.getByRole('alert')).toBeEmpty();
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('alert')).toHaveText('Too many attempts. Try again in 4 minutes.');
  expect(await violationsInBothThemes(page)).toEqual([]);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(` ${RIGHT_CODE} `);
  await page.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
  await expect.poll(() => commandsOf(page)).toContain('start:microphone');

  await page.reload();
  await page.getByRole('button', { name: 'Press to talk' }).click();
  await expect.poll(() => commandsOf(page)).toContain('start:microphone');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('who closes the question is not asked until they want to talk again', async ({ open }) => {
  const page = await open('idle', 'way=code');
  const orb = page.getByRole('button', { name: 'Press to talk' });
  await orb.click();
  await expect(page.getByRole('textbox', { name: 'Access code' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(orb).toBeFocused();
  await orb.click();
  await expect(page.getByRole('dialog')).toBeVisible();
});

test('a person signs in by a code from their e-mail, and the call begins', async ({ open }) => {
  const page = await open('idle', 'way=accounts');
  await page.getByRole('button', { name: 'Press to talk' }).click();
  const dialog = page.getByRole('dialog', { name: 'Sign in' });
  await dialog.getByRole('textbox', { name: 'E-mail address' }).fill('ada');
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('alert').first()).toContainText('Check it and try again');
  expect(await violationsIn(page)).toEqual([]);
  await dialog.getByRole('textbox', { name: 'E-mail address' }).fill('ada@example.com');
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('status')).toContainText('on its way to ada@example.com');
  await expect(dialog.getByRole('textbox', { name: 'Code' })).toBeFocused();
  expect(await violationsIn(page)).toEqual([]);
  await page.keyboard.type('000000');
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('alert').first()).toContainText('wrong or has expired');
  await dialog.getByRole('textbox', { name: 'Code' }).fill(EMAIL_CODE);
  await page.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
  await expect
    .poll(() => commandsOf(page))
    .toContain('credentials:{"kind":"account","token":"account-token"}');
});

test('a guest who has an account can sign in instead, by way of a service', async ({ open }) => {
  const page = await open('idle', 'way=both');
  await page.getByRole('button', { name: 'What time is it in Tokyo?' }).click();
  await page.getByRole('button', { name: 'Sign in instead' }).click();
  await page.getByRole('button', { name: 'Continue with GitHub' }).click();
  expect(await page.evaluate(() => window.parley.asked)).toContain('go to github');
});

test('a page that is not encrypted says so, calmly', async ({ open }) => {
  const page = await open('idle', 'way=plain-http');
  await expect(
    page.getByText('Not encrypted: others on this network could listen in'),
  ).toBeVisible();
  await expect(page.locator(LINE)).toHaveText('Press to talk');
});

const ENDS: readonly (readonly [CloseReason, string])[] = [
  [CLOSE_REASONS.budgetExhausted, 'The budget is used up'],
  [CLOSE_REASONS.signedOut, 'You are signed out'],
  [CLOSE_REASONS.endedElsewhere, 'Ended from another window or device'],
  [CLOSE_REASONS.durationLimit, 'The call reached its longest permitted duration'],
];

test('a call that has ended says why', async ({ open }) => {
  for (const [reason, line] of ENDS) {
    const page = await open('listening');
    await page.evaluate(
      (end) => window.parley.engine.emit({ type: 'closed', reason: end }),
      reason,
    );
    await expect(page.locator(LINE), reason.reason).toHaveText(line);
    await expect(page.getByText('Call again'), reason.reason).toBeVisible();
  }
});

test('a call that costs nothing shows no figure, another a quiet one', async ({ open }) => {
  let page = await open('listening');
  await expect(page.getByText('Cost of the call so far')).toHaveCount(0);
  page = await open('costly');
  await expect(page.locator('header')).toContainText('$0.05');
});

test('most of the budget gone, and the end near, are told once beside the line', async ({
  open,
}) => {
  const page = await open('warned');
  const notes = page.getByRole('status').locator('p');
  await expect(notes).toHaveText([
    /^This call ends at .*\. You can call again then$/,
    '$4.12 of $5.00 for this call are used',
  ]);
  await expect(page.locator(LINE)).toHaveText('Listening');
});

test('the debug panel has a line of cost for each turn', async ({ open }) => {
  const page = await open('measured', 'debug');
  const rows = page.getByRole('region', { name: 'Cost of the turns' }).getByRole('row');
  await expect(rows.nth(1)).toHaveText(/^2\s*2\.5 s\s*450\s*50\s*200\s*\$0\.0258$/);
  await expect(rows.nth(2)).toHaveText(/^1\s*2\.0 s\s*360\s*40\s*160\s*\$0\.0213$/);
  await expect(rows.nth(3)).toHaveText(/Session so far, of \$5\.00\s*\$0\.0471/);
});

test('a day whose budget is nearly used up says how much is left', async ({ open, page }) => {
  const me = { ...ME, day_left_usd: 0.8, limits: { ...ME.limits, day_usd: 5 } };
  await page.route('**/api/v1/me', (route) => route.fulfill({ json: me }));
  await open('dayWarned');
  await expect(page.getByRole('status').locator('p').first()).toHaveText(
    'Most of what may be spent has been spent',
  );
  await expect(page.getByText(/^\$0\.80 left until /)).toBeVisible();
  me.day_left_usd = 0.65;
  await page.evaluate(() =>
    window.parley.engine.emit({
      type: 'usage',
      usage: {
        asr_seconds: 50,
        llm_input_tokens: 9_000,
        llm_output_tokens: 1_000,
        tts_characters: 4_000,
      },
      costUsd: 0.27,
      budgetUsd: 5,
      isWarning: true,
    }),
  );
  await expect(page.getByText(/^\$0\.65 left until /)).toBeVisible();
  expect(await violationsIn(page)).toEqual([]);
});

test('a server of accounts that the page cannot sign in to says so', async ({ open }) => {
  const page = await open('idle', 'way=other-issuer');
  await page.getByRole('button', { name: 'Press to talk' }).click();
  const dialog = page.getByRole('dialog', { name: 'Sign in' });
  await expect(dialog.getByRole('alert')).toContainText('this page cannot sign in');
  expect(await violationsIn(page)).toEqual([]);
});
