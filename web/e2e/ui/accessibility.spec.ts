import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './support/ui-test.ts';
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
  'timer',
  'ended',
];

const LOOKS = [
  { theme: 'light', width: 1_280, height: 800 },
  { theme: 'dark', width: 1_280, height: 800 },
  { theme: 'light', width: 390, height: 844 },
  { theme: 'dark', width: 390, height: 844 },
] as const;

/** What axe finds wrong, in a form that says where. */
async function violationsIn(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.html} ${node.failureSummary ?? ''}`),
  );
}

// Axe looks at a dozen pages in one test, each for seconds.
test.describe.configure({ timeout: 180_000 });

for (const { theme, width, height } of LOOKS) {
  test.describe(`${theme}, ${width} px wide`, () => {
    // Without motion, so that nothing is judged halfway through fading in.
    test.use({
      viewport: { width, height },
      colorScheme: theme,
      contextOptions: { reducedMotion: 'reduce' },
    });

    test('axe finds nothing wrong in any state', async ({ open }) => {
      for (const scene of SCENES) {
        const page = await open(scene);
        expect(await violationsIn(page), scene).toEqual([]);
      }
    });

    test('axe finds nothing wrong in settings, debug panel and composer', async ({ open }) => {
      let page = await open('listening');
      await page.getByRole('button', { name: 'Settings' }).click();
      await page.getByRole('dialog').waitFor();
      expect(await violationsIn(page), 'settings').toEqual([]);

      page = await open('measured', 'debug');
      await page.getByRole('complementary', { name: 'Debug panel' }).waitFor();
      await page.getByText('All turns as a table').click();
      expect(await violationsIn(page), 'debug panel').toEqual([]);

      page = await open('speaking');
      await page.getByRole('button', { name: 'Type', exact: true }).click();
      expect(await violationsIn(page), 'composer').toEqual([]);
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
