import type { Page } from '@playwright/test';
import { violationsInBothThemes } from '../support/axe.ts';
import { scriptedAccount } from './support/kept-account.ts';
import { scriptAccountApi } from './support/scripted-account-api.ts';
import { ME } from './support/scripted-me.ts';
import { expect, freshTest, test } from './support/ui-test.ts';

const PAGES = ['History', 'Usage', 'Calls'] as const;
/** The browser itself reports requests that failed. */
const FAILED_REQUESTS = /Failed to load resource/;

async function openPage(page: Page, name: (typeof PAGES)[number]): Promise<void> {
  await page.getByRole('button', { name: 'Account and history' }).click();
  await page.getByRole('menuitem', { name }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeFocused();
}

async function expectNoViolation(page: Page): Promise<void> {
  expect(await violationsInBothThemes(page)).toEqual([]);
}

freshTest.describe('without storage or network', () => {
  freshTest.use({ viewport: { width: 320, height: 640 }, expectedComplaints: FAILED_REQUESTS });

  freshTest(
    'a storage that is away is said on every page, and so is that nothing is there yet',
    async ({ open, page }) => {
      const account = scriptedAccount({ refusal: 'storage_unavailable' });
      await scriptAccountApi(page, account);
      await open('idle');
      account.refusal = 'unauthorized';
      for (const name of PAGES) {
        await openPage(page, name);
        // There are no accounts here that one could sign in to.
        await expect(page.getByRole('heading', { name: 'Nothing here yet' }), name).toBeVisible();
      }
      for (const name of PAGES) {
        account.refusal = 'storage_unavailable';
        await openPage(page, name);
        await expect(page.getByRole('alert'), name).toHaveText(
          'Stored conversations cannot be reached at the moment. Try again in a moment.',
        );
        if (name === 'History') await expectNoViolation(page);
        account.refusal = null;
        await page.getByRole('button', { name: 'Try again' }).press('Enter');
        await expect(page.getByRole('button', { name: 'Try again' }), name).toHaveCount(0);
        await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
      }
      // What was known stays in sight.
      await expect(page.getByText('Safari on iPhone')).toBeVisible();
      account.refusal = 'storage_unavailable';
      await page.evaluate(() => window.dispatchEvent(new Event('online')));
      await expect(page.getByRole('alert')).toContainText('cannot be reached');
      await expect(page.getByText('Safari on iPhone')).toBeVisible();
    },
  );

  freshTest('a page without a network says so, and comes back with it', async ({ open, page }) => {
    await scriptAccountApi(page, scriptedAccount());
    await open('idle');
    // Its code is there: what is away is the network, not the page.
    await openPage(page, 'History');
    await page.context().setOffline(true);
    await page.unrouteAll();
    for (const name of ['Usage', 'Calls'] as const) {
      await openPage(page, name);
      await expect(page.getByRole('heading', { name: 'You are offline' }), name).toBeVisible();
    }
    await expectNoViolation(page);
    await scriptAccountApi(page, scriptedAccount());
    await page.context().setOffline(false);
    await expect(page.getByText('Safari on iPhone')).toBeVisible();
  });
});

test('an empty history says why it is empty', async ({ open, page }) => {
  await scriptAccountApi(page, scriptedAccount({ conversations: [] }));
  const me = { ...ME, storage: { ...ME.storage, transcripts: 'off' } };
  await page.route('**/api/v1/me', (route) => route.fulfill({ json: me }));
  await open('idle');
  await openPage(page, 'History');
  await expect(
    page.getByRole('heading', { name: 'Conversations are not kept here' }),
  ).toBeVisible();
  await expect(page.getByRole('searchbox')).toHaveCount(0);
  await expectNoViolation(page);
  await page.getByRole('link', { name: 'To the usage' }).press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Usage' })).toBeFocused();
});
