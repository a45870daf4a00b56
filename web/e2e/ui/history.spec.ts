import type { Page } from '@playwright/test';
import { violationsIn } from '../support/axe.ts';
import { scriptedAccount } from './support/kept-account.ts';
import { scriptAccountApi } from './support/scripted-account-api.ts';
import { commandsOf, expect, test } from './support/ui-test.ts';

const DESKTOP = { width: 1_280, height: 800 };
const SMALL_PHONE = { width: 320, height: 568 };

/** Opens one of the pages from the menu, as a person does. */
async function openPage(page: Page, name: 'History' | 'Usage' | 'Sessions'): Promise<void> {
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

for (const viewport of [DESKTOP, SMALL_PHONE]) {
  test.describe(`${viewport.width} px wide`, () => {
    test.use({ viewport, contextOptions: { reducedMotion: 'reduce' } });
    test.describe.configure({ timeout: 60_000 });

    test('axe finds nothing wrong on any page, and nothing scrolls sideways', async ({
      open,
      page,
    }) => {
      const account = scriptedAccount();
      await scriptAccountApi(page, account);
      await open('listening');
      const look = async (what: string): Promise<void> => {
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          expect(await violationsIn(page), `${what}, ${colorScheme}`).toEqual([]);
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
      await openPage(page, 'Sessions');
      await page.getByText('Safari on iPhone').waitFor();
      await look('sessions');
    });
  });
}
