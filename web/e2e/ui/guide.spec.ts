import type { Page } from '@playwright/test';
import type { CallPhase } from '../../src/client/messages/media-messages.ts';
import { expect, freshTest, test } from './support/ui-test.ts';

const guide = (page: Page) => page.getByText('talk, and Parley stops');
const phase = (page: Page, next: CallPhase) =>
  page.evaluate((name) => window.parley.engine.emit({ type: 'phase', phase: name }), next);

test('the first answer shows that it can be interrupted, until the person has done it', async ({
  open,
}) => {
  const page = await open('listening');
  await expect(guide(page)).toHaveCount(0);
  await phase(page, 'speaking');
  await expect(guide(page)).toBeVisible();
  // The hint is not for a person who talks.
  await phase(page, 'hearing');
  await expect(guide(page)).toHaveCount(0);
  await phase(page, 'speaking');
  await page.waitForFunction(() => document.querySelector('[data-mood=speaking]') !== null);
  await expect(guide(page)).toHaveCount(0);
});

freshTest('it is shown for ten seconds in all, and in no later visit', async ({ open, page }) => {
  await page.clock.install();
  await open('listening');
  await phase(page, 'speaking');
  // Its time runs from when it is seen. On a slow machine more of it passes than is run here.
  await expect(guide(page)).toBeVisible();
  await page.clock.runFor(1_000);
  await phase(page, 'listening');
  await expect(guide(page)).toHaveCount(0);
  await page.clock.runFor(60_000);
  await phase(page, 'speaking');
  await expect(guide(page)).toBeVisible();
  await page.clock.runFor(9_500);
  await expect(guide(page)).toHaveCount(0);
  await open('speaking');
  await expect(guide(page)).toHaveCount(0);
});

test('it can be put away, and takes neither the focus nor a key', async ({ open }) => {
  const page = await open('listening');
  await page.locator('[data-orb]').focus();
  await phase(page, 'speaking');
  await expect(guide(page)).toBeVisible();
  await expect(page.locator('[data-orb]')).toBeFocused();
  await page.getByRole('button', { name: 'Got it' }).click();
  await expect(guide(page)).toHaveCount(0);
});
