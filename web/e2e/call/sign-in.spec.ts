import { startSupabaseAuth, type SupabaseAuthSimulator } from '@parley/relay/testing';
import { expect, type Page } from '@playwright/test';
import { test as base } from './support/call-test.ts';
import { openCallPage } from './support/call-page.ts';
import { captions, untilReplies } from './support/captions.ts';
import { startRealRelay, TYPED_PROVIDERS, type RealRelay } from './support/real-relay.ts';

/** Shorter than the margin in which the page renews a token: it does at its every look. */
const TOKEN_TTL_S = 60;

const test = base.extend<object, { supabase: SupabaseAuthSimulator; guarded: RealRelay }>({
  supabase: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads what a fixture needs from it
    async ({}, use) => {
      await using supabase = await startSupabaseAuth({ tokenTtlS: TOKEN_TTL_S });
      await use(supabase);
    },
    { scope: 'worker' },
  ],
  guarded: [
    async ({ supabase, dataDir, builtPage: _builtPage }, use) => {
      await using relay = await startRealRelay(dataDir, {
        ...TYPED_PROVIDERS,
        SUPABASE_URL: supabase.url,
        SUPABASE_ANON_KEY: supabase.anonKey,
      });
      await use(relay);
    },
    { scope: 'worker', timeout: 120_000 },
  ],
});

/** Runs in the page: a look at the token every half a minute becomes one every half a second. */
function hasten(): void {
  const setLonger = globalThis.setInterval;
  globalThis.setInterval = ((handler: TimerHandler, ms = 0, ...rest: unknown[]) =>
    setLonger(handler, ms === 30_000 ? 500 : ms, ...rest)) as typeof setInterval;
}

/** Expects the menu to name the account that is signed in. */
async function expectAccount(page: Page, name: string): Promise<void> {
  const menu = page.getByRole('menu');
  await expect(async () => {
    await page.getByRole('button', { name: 'Account and history' }).click();
    await expect(menu).toContainText(name, { timeout: 1_000 });
  }).toPass();
  await page.keyboard.press('Escape');
}

test('a person signs in by code, talks under a token that is renewed, and signs out', async ({
  supabase,
  guarded,
  browser,
}) => {
  const origin = `http://localhost:${guarded.port}`;
  await using call = await openCallPage(origin, { browser, before: hasten });
  const { page, complaints, requests } = call;
  expect(requests.map((request) => request.url()).filter((url) => /issuer/.test(url))).toEqual([]);

  await page.getByRole('button', { name: 'What is seven times eight?' }).click();
  const dialog = page.getByRole('dialog', { name: 'Sign in' });
  await dialog.getByRole('textbox', { name: 'E-mail address' }).fill('ada@example.com');
  await page.keyboard.press('Enter');
  const field = dialog.getByRole('textbox', { name: 'Code' });
  await expect(field).toBeFocused();
  const [email] = supabase.emails;
  expect(email?.email).toBe('ada@example.com');
  const renewed = page
    .context()
    .waitForEvent(
      'response',
      (response) => /\/sessions\/[^/]+\/token$/.test(response.url()) && response.status() === 204,
    );
  await field.fill(email!.code);
  await page.keyboard.press('Enter');

  await untilReplies(page, 1);
  expect((await captions(page)).at(-1)).toMatchObject({ text: '7 times 8 is 56.' });
  await renewed;
  expect(supabase.requests).toContain('POST /token?grant_type=refresh_token');

  const other = await page.context().newPage();
  await other.goto(origin);
  await other.getByRole('button', { name: 'What time is it in Tokyo?' }).click();
  await expect(other.getByRole('button', { name: 'Hang up' })).toBeVisible();
  await untilReplies(other, 1);
  expect(complaints).toEqual([]);
  await page.bringToFront();
  await page.getByRole('button', { name: 'Account and history' }).click();
  await expect(page.getByRole('menu')).toContainText('ada@example.com');
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  for (const window of [page, other]) {
    await expect(window.locator('#call-state')).toHaveText('Press to talk');
    await expect(window.getByText('is 56')).toHaveCount(0);
  }
  expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toMatch(/ada@|eyJ/);
  await page.getByRole('button', { name: 'Press to talk' }).click();
  await expect(dialog).toBeVisible();
});

test('a link from the e-mail and a service lead back signed in; a link works once', async ({
  supabase,
  guarded,
  browser,
}) => {
  const origin = `http://localhost:${guarded.port}`;
  await using call = await openCallPage(origin, { browser });
  const { page, complaints } = call;
  const dialog = page.getByRole('dialog', { name: 'Sign in' });
  await page.getByRole('button', { name: 'Press to talk' }).click();
  await dialog.getByRole('textbox', { name: 'E-mail address' }).fill('grace@example.com');
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('textbox', { name: 'Code' })).toBeFocused();
  const { link } = supabase.emails.at(-1)!;
  await page.goto(link);
  await expectAccount(page, 'grace@example.com');
  await expect(page).toHaveURL(`${origin}/`);

  await page.evaluate(() => localStorage.clear());
  await page.goto(link);
  await expect(dialog.getByRole('alert').first()).toContainText('This link has expired');
  await dialog.getByRole('button', { name: 'Continue with GitHub' }).click();
  await expectAccount(page, 'visitor@github.example');
  expect(complaints).toEqual([]);
});
