import type { Page } from '@playwright/test';
import { violationsIn, violationsInBothThemes } from '../support/axe.ts';
import { scriptedAccount } from './support/kept-account.ts';
import { scriptAccountApi } from './support/scripted-account-api.ts';
import { commandsOf, expect, test } from './support/ui-test.ts';

const DESKTOP = { width: 1_280, height: 800 };
const SMALL_PHONE = { width: 320, height: 568 };
/** What is laid out in another way there. */
const OTHERWISE_ON_A_PHONE: readonly string[] = ['history', 'conversation', 'usage'];

/** Opens one of the pages from the menu, as a person does. */
async function openPage(page: Page, name: 'History' | 'Usage' | 'Calls'): Promise<void> {
  await page.getByRole('button', { name: 'Account and history' }).click();
  await page.getByRole('menuitem', { name }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeFocused();
}

test('a call goes on while the history is read, and its bar leads back to it', async ({
  open,
  page,
}) => {
  await scriptAccountApi(page, scriptedAccount());
  await open('listening');
  await openPage(page, 'History');
  const bar = page.getByRole('complementary', { name: 'Your call' });
  await expect(bar).toContainText('Listening');
  await bar.getByRole('button', { name: 'Mute' }).click();
  await expect(bar).toContainText('Muted');
  await page.getByRole('link', { name: /Tell me something about octopuses/ }).click();
  await page.goBack();
  await expect(page).toHaveTitle('History – Parley');
  await bar.getByRole('link', { name: 'Back to the call' }).click();
  await expect(page.locator('[data-orb]')).toBeFocused();
  await expect(page.locator('#call-state')).toHaveText('Muted');
  expect(await commandsOf(page)).not.toContain('stop');
  await page.goBack();
  await expect(page.getByRole('heading', { level: 1, name: 'History' })).toBeVisible();
});

test('the conversation of the last visit can be gone on with from the first screen', async ({
  open,
  page,
}) => {
  const account = scriptedAccount();
  await scriptAccountApi(page, account);
  const [conversation] = account.conversations;
  await page.evaluate(
    (id) => localStorage.setItem('parley.last-talk', JSON.stringify({ id, atMs: Date.now() })),
    conversation!.id,
  );
  await open('idle');
  const goOn = page.getByRole('button', { name: 'Go on where you were' });
  await goOn.click();
  await expect(page.getByText('you go on from here')).toBeVisible();
  expect(await commandsOf(page)).toContain(`goOn:${conversation!.id}`);
});

for (const viewport of [DESKTOP, SMALL_PHONE]) {
  test.describe(`${viewport.width} px wide`, () => {
    test.use({ viewport });

    test('axe finds nothing wrong on any page, and nothing scrolls sideways', async ({
      open,
      page,
    }) => {
      const account = scriptedAccount();
      await scriptAccountApi(page, account);
      await open('listening');
      const look = async (what: string): Promise<void> => {
        // The themes differ in colours, which are the same at all widths.
        if (viewport === DESKTOP) expect(await violationsInBothThemes(page), what).toEqual([]);
        else if (OTHERWISE_ON_A_PHONE.includes(what)) {
          expect(await violationsIn(page), what).toEqual([]);
        }
        const overflow = await page.evaluate(() =>
          [...document.querySelectorAll('main, body')].map(
            (box) => box.scrollWidth - box.clientWidth,
          ),
        );
        expect(overflow, what).toEqual([0, 0]);
      };
      await page.getByRole('button', { name: 'Account and history' }).click();
      await page.getByRole('menuitem', { name: 'History' }).waitFor();
      await look('menu');
      await page.keyboard.press('Escape');
      await openPage(page, 'History');
      await page.getByRole('button', { name: 'Days' }).click();
      await look('history');
      await page.getByRole('link', { name: /octopuses/ }).click();
      await page.locator('summary').first().click();
      await look('conversation');
      await page.getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('alertdialog').waitFor();
      await look('delete');
      await page.getByRole('button', { name: 'Keep it' }).click();
      await openPage(page, 'Usage');
      await page.getByText('Day by day as a table').click();
      await look('usage');
      await openPage(page, 'Calls');
      await page.getByText('Safari on iPhone').waitFor();
      await look('sessions');
    });
  });
}

test('a conversation is renamed by keyboard, taken along, and deleted only when that is confirmed', async ({
  open,
  page,
}) => {
  const account = scriptedAccount();
  await scriptAccountApi(page, account);
  await open('idle');
  await openPage(page, 'History');
  await page.getByRole('link', { name: /octopuses/ }).press('Enter');
  await page.getByRole('button', { name: 'Rename' }).press('Enter');
  const title = page.getByRole('textbox', { name: 'Title' });
  await expect(title).toBeFocused();
  await title.press('Escape');
  await expect(page.getByRole('button', { name: 'Rename' })).toBeFocused();
  await page.keyboard.press('Enter');
  await title.fill('  Three hearts ');
  await title.press('Enter');
  await expect(page.getByRole('heading', { name: 'Three hearts' })).toBeVisible();

  await expect(page.locator('summary').first()).toHaveText(/^Answered after 1\.1 s/);
  // A screen reader, too, distinguishes the cut-off part from the heard one.
  await expect(page.getByText('Not heard:')).toHaveCount(1);
  await expect(page.locator('s')).toHaveText(/^through the gills/);
  await expect(page.getByText('Finding an answer took too long')).toBeVisible();

  await page.getByRole('button', { name: 'Export' }).press('Enter');
  const download = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'WebVTT' }).press('Enter');
  expect((await download).suggestedFilename()).toBe('three-hearts.vtt');
  await page.getByRole('button', { name: 'Hear the recording' }).click();
  await expect(page.locator('audio')).toHaveJSProperty('readyState', 4);

  await page.getByRole('button', { name: 'Delete' }).press('Enter');
  await page.getByRole('button', { name: 'Keep it' }).press('Enter');
  expect(account.conversations.map(({ id }) => id)).toContain('conv_octopus');
  await page.getByRole('button', { name: 'Delete' }).press('Enter');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'History' })).toBeFocused();
  await expect(page.getByRole('link', { name: /hearts/ })).toHaveCount(0);
  expect(account.conversations.map(({ id }) => id)).not.toContain('conv_octopus');
});

test('words and days narrow the list, and earlier pages come when they are asked for', async ({
  open,
  page,
}) => {
  const account = scriptedAccount();
  await scriptAccountApi(page, account);
  await open('idle');
  await openPage(page, 'History');
  const rows = page.locator('main section li');
  await expect(rows).toHaveCount(8);
  await page.getByRole('button', { name: 'Show earlier ones' }).click();
  await expect(rows).toHaveCount(11);
  await page.getByRole('searchbox').fill('zebra');
  await expect(page.getByRole('heading', { name: 'Nothing found' })).toBeVisible();
  await page.getByRole('button', { name: 'Show all' }).click();
  await expect(page.getByRole('searchbox')).toHaveValue('');
  await expect(rows).toHaveCount(8);
  await page.getByRole('button', { name: 'Days' }).click();
  const today = new Date(Date.now() - 60_000).toISOString().slice(0, 10);
  await page.getByLabel('From').fill(today);
  await expect(rows).toHaveCount(2);
  expect(account.asked.at(-1)).toBe(`GET /api/v1/conversations?from=${today}`);
});

test('going on with a conversation replaces the running call and shows what was said', async ({
  open,
  page,
}) => {
  await scriptAccountApi(page, scriptedAccount());
  await open('listening');
  await openPage(page, 'History');
  await page.getByRole('link', { name: /octopuses/ }).click();
  await page.getByRole('button', { name: 'Go on talking' }).click();
  const conversation = page.getByRole('region', { name: 'Conversation' });
  await expect(conversation.locator('li').last()).toHaveText('You go on from here');
  await expect(conversation.locator('s')).toHaveText(/through the gills/);
  await expect.poll(() => commandsOf(page)).toContain('goOn:conv_octopus');
  const commands = await commandsOf(page);
  expect(commands.indexOf('stop')).toBeGreaterThan(-1);
  expect(commands.indexOf('stop')).toBeLessThan(commands.indexOf('goOn:conv_octopus'));
});

test('a call elsewhere is ended from here, and what is free says so', async ({ open, page }) => {
  const account = scriptedAccount();
  account.usage = {
    ...account.usage,
    rows: account.usage.rows.map((row) => ({ ...row, provider: 'embedded', cost_usd: 0 })),
    spent_today_usd: 0,
  };
  await scriptAccountApi(page, account);
  await open('listening');
  await openPage(page, 'Calls');
  await expect(page.getByText('This page')).toBeVisible();
  await page.getByRole('button', { name: 'End Safari on iPhone' }).click();
  await expect(page.getByText('Safari on iPhone')).toHaveCount(0);
  expect(account.asked).toContain('DELETE /api/v1/me/sessions/sess_phone');
  await openPage(page, 'Usage');
  await expect(page.getByText('Nothing was charged')).toBeVisible();
  await expect(page.getByRole('table').getByText('free')).toHaveCount(3);
});
