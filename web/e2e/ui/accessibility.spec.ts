import type { Page } from '@playwright/test';
import { violationsInBothThemes } from '../support/axe.ts';
import { expect, forEachScene, test } from './support/ui-test.ts';
import type { SceneName } from './support/scenes.ts';

const SCENES: readonly SceneName[] = [
  'idle',
  'asking',
  'listening',
  'speaking',
  'interrupted',
  'reconnecting',
  'pageSpeaking',
  'standIns',
  'typingOnly',
  'speechless',
  'replaced',
  'refused',
  'failed',
  'unrecognised',
  'timer',
  'warned',
  'ended',
  'unreachable',
  'lost',
  'long',
  'broken',
];

const SCREENS = [
  { width: 1_280, height: 800 },
  { width: 390, height: 844 },
] as const;

/** Expects axe to find nothing wrong, in either theme. */
async function expectNoViolation(page: Page, what: string): Promise<void> {
  expect(await violationsInBothThemes(page), what).toEqual([]);
}

// Axe looks at a dozen states in one test.
test.describe.configure({ timeout: 180_000 });

for (const viewport of SCREENS) {
  test.describe(`${viewport.width} px wide`, () => {
    test.use({ viewport });

    test('axe finds nothing wrong in any state, in either theme', async ({ open }) => {
      const page = await open('idle');
      await forEachScene(page, SCENES, (scene) => expectNoViolation(page, scene));
    });

    test('axe finds nothing wrong in settings, debug panel and composer', async ({ open }) => {
      let page = await open('listening');
      await page.getByRole('button', { name: 'Settings' }).click();
      await page.getByRole('dialog').waitFor();
      await expectNoViolation(page, 'settings');

      page = await open('measured', 'debug');
      await page.getByRole('complementary', { name: 'Debug panel' }).waitFor();
      await page.getByText('All turns as a table').click();
      await expectNoViolation(page, 'debug panel');

      page = await open('speaking');
      await page.getByRole('button', { name: 'Type', exact: true }).click();
      await expectNoViolation(page, 'composer');
    });
  });
}

test('forced colours keep the orb and the controls in sight', async ({ open, page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await open('listening');
  const border = await page
    .locator('[data-orb]')
    .evaluate((orb) => getComputedStyle(orb).borderStyle);
  expect(border).toBe('solid');
});
