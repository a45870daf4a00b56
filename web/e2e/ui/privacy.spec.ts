import type { Page } from '@playwright/test';
import { violationsIn, violationsInBothThemes } from '../support/axe.ts';
import { SESSION } from './support/notices.ts';
import { ME } from './support/scripted-me.ts';
import { EMAIL_CODE } from './support/scripted-account.ts';
import { commandsOf, expect, test } from './support/ui-test.ts';

/** Answers for `/api/v1/me`. @returns what was asked */
async function scriptMe(page: Page): Promise<readonly string[]> {
  const asked: string[] = [];
  await page.route('**/api/v1/me**', (route) => {
    const request = route.request();
    const { pathname } = new URL(request.url());
    asked.push(`${request.method()} ${pathname}`);
    if (request.method() === 'DELETE') return route.fulfill({ status: 204 });
    return route.fulfill({ json: pathname.endsWith('export') ? { conversations: [] } : ME });
  });
  return asked;
}

async function openPrivacy(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Account and history' }).click();
  await page.getByRole('menuitem', { name: 'Privacy' }).click();
  await expect(page.getByRole('dialog', { name: 'Privacy' })).toBeVisible();
}

test('what is kept is said, and goes out as a file', async ({ open, page }) => {
  const asked = await scriptMe(page);
  await open('idle');
  await openPrivacy(page);
  await expect(page.getByText('It is deleted after 30 days.')).toBeVisible();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export my data' }).click();
  expect((await download).suggestedFilename()).toMatch(/^parley-[\d-]+\.json$/);
  expect(asked).toEqual(['GET /api/v1/me', 'GET /api/v1/me/export']);
});

test('that errors are reported is said, if they are', async ({ open, page }) => {
  await scriptMe(page);
  const note = page.getByText('If this page fails');
  await open('idle', 'way=reported');
  await openPrivacy(page);
  await expect(note).toBeVisible();
  await open('idle');
  await openPrivacy(page);
  await expect(page.getByText('It is deleted after 30 days.')).toBeVisible();
  await expect(note).toHaveCount(0);
});

test('deleting says first what goes, and leaves nothing here', async ({ open, page }) => {
  const asked = await scriptMe(page);
  await open('speaking');
  await openPrivacy(page);
  await page.getByRole('button', { name: 'Delete my data' }).click();
  const question = page.getByRole('group', { name: 'Delete my data' });
  await expect(question).toContainText('It cannot be undone');
  await page.getByRole('button', { name: 'Keep it' }).click();
  expect(asked).not.toContain('DELETE /api/v1/me');
  await page.getByRole('button', { name: 'Delete my data' }).click();
  await page.getByRole('button', { name: 'Delete everything' }).click();
  await expect(page.getByText('All of it is deleted.')).toBeVisible();
  expect(asked).toContain('DELETE /api/v1/me');
  await page.keyboard.press('Escape');
  await expect(page.locator('#call-state')).toHaveText('Press to talk');
  await expect(page.getByRole('region', { name: 'Conversation' })).toHaveCount(0);
  expect(await commandsOf(page)).toContain('stop');
});

test('a call is recorded only once the person agrees, in sight, until they stop it', async ({
  open,
  page,
}) => {
  await scriptMe(page);
  await open('listening');
  const announce = (recording: boolean) =>
    page.evaluate((session) => window.parley.engine.emit({ type: 'session', session }), {
      ...SESSION,
      recording,
    });
  await announce(false);
  await expect(page.getByRole('button', { name: 'Stop recording' })).toHaveCount(0);
  await openPrivacy(page);
  const wish = page.getByRole('switch', { name: 'Record this call' });
  await wish.click();
  await page.getByRole('button', { name: 'Do not record' }).click();
  await wish.click();
  expect(await commandsOf(page)).not.toContain('setRecording:true');
  await page.getByRole('button', { name: 'I agree, record' }).click();
  expect(await commandsOf(page)).toContain('setRecording:true');
  await expect(wish).not.toBeChecked();
  await announce(true);
  await expect(wish).toBeChecked();
  await page.keyboard.press('Escape');
  await expect(page.getByText('This call is being recorded')).toBeAttached();
  await page.getByRole('button', { name: 'Stop recording' }).click();
  expect((await commandsOf(page)).at(-1)).toBe('setRecording:false');
  await announce(false);
  await expect(page.getByRole('button', { name: 'Stop recording' })).toHaveCount(0);
});

test('the menu signs in, names the account, and signs out', async ({ open }) => {
  const page = await open('idle', 'way=both');
  const menu = page.getByRole('button', { name: 'Account and history' });
  await menu.click();
  await page.getByRole('menuitem', { name: 'Sign in' }).click();
  await page.getByRole('textbox', { name: 'E-mail address' }).fill('ada@example.com');
  await page.keyboard.press('Enter');
  await page.getByRole('textbox', { name: 'Code' }).fill(EMAIL_CODE);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await menu.click();
  await expect(page.getByRole('menu')).toContainText('ada@example.com');
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect
    .poll(() => page.evaluate(() => window.parley.asked))
    .toContain('POST /api/v1/auth/sign-out');
  // A click while the menu closes would only close it.
  await expect(page.getByRole('menu')).toHaveCount(0);
  await menu.click();
  await expect(page.getByRole('menuitem', { name: 'Sign in' })).toBeVisible();
});

// The themes differ in colours, which are the same at all widths.
const SCREENS = [
  { width: 320, height: 568, look: violationsIn },
  { width: 844, height: 390, look: null },
  { width: 1_280, height: 700, look: violationsInBothThemes },
] as const;

for (const { width, height, look } of SCREENS) {
  test(`privacy is accessible at ${width} px, and a recording is in sight`, async ({
    open,
    page,
  }) => {
    await page.setViewportSize({ width, height });
    await scriptMe(page);
    await open('listening', 'way=reported');
    await page.evaluate(
      (session) => {
        const { engine } = window.parley;
        const usage = {
          asr_seconds: 60,
          llm_input_tokens: 9,
          llm_output_tokens: 9,
          tts_characters: 9,
        };
        engine.emit({ type: 'session', session });
        engine.emit({ type: 'usage', usage, costUsd: 4.12, budgetUsd: 5, isWarning: false });
      },
      { ...SESSION, recording: true },
    );
    await openPrivacy(page);
    await page.getByRole('button', { name: 'Delete my data' }).click();
    await expect(page.getByRole('button', { name: 'Keep it' })).toBeFocused();
    if (look !== null) expect(await look(page)).toEqual([]);
    await page.keyboard.press('Escape');
    if (look === violationsIn) expect(await violationsIn(page), 'recording').toEqual([]);
    await expect(page.getByRole('button', { name: 'Stop recording' })).toBeInViewport({ ratio: 1 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBe(0);
  });
}
