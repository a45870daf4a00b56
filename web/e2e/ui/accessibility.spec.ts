import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
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
  'timer',
  'ended',
];

const SCREENS = [
  { width: 1_280, height: 800 },
  { width: 390, height: 844 },
] as const;

/** Axe is half a megabyte of script, which takes a page longer to read than to run. */
const ALREADY_IN_PAGE = '/* axe */';

/** What axe finds wrong in either theme, in a form that says where. */
async function violationsIn(page: Page, options: { readonly hasAxe: boolean }): Promise<string[]> {
  const found: string[] = [];
  let { hasAxe } = options;
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme });
    const axe = new AxeBuilder({ page, ...(hasAxe && { axeSource: ALREADY_IN_PAGE }) });
    // It differs for frames only, of which there are none; the other mode opens a page each time.
    const { violations, passes } = await axe.setLegacyMode().analyze();
    hasAxe = true;
    expect(passes.length).toBeGreaterThan(10);
    found.push(
      ...violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${theme}: ${id}: ${html} ${failureSummary ?? ''}`),
      ),
    );
  }
  return found;
}

// Axe looks at a dozen states in one test.
test.describe.configure({ timeout: 180_000 });

for (const viewport of SCREENS) {
  test.describe(`${viewport.width} px wide`, () => {
    // Without motion, so that nothing is judged halfway through fading in.
    test.use({ viewport, contextOptions: { reducedMotion: 'reduce' } });

    test('axe finds nothing wrong in any state, in either theme', async ({ open }) => {
      const page = await open('idle');
      let hasAxe = false;
      await forEachScene(page, SCENES, async (scene) => {
        expect(await violationsIn(page, { hasAxe }), scene).toEqual([]);
        hasAxe = true;
      });
    });

    test('axe finds nothing wrong in settings, debug panel and composer', async ({ open }) => {
      let page = await open('listening');
      await page.getByRole('button', { name: 'Settings' }).click();
      await page.getByRole('dialog').waitFor();
      expect(await violationsIn(page, { hasAxe: false }), 'settings').toEqual([]);

      page = await open('measured', 'debug');
      await page.getByRole('complementary', { name: 'Debug panel' }).waitFor();
      await page.getByText('All turns as a table').click();
      expect(await violationsIn(page, { hasAxe: false }), 'debug panel').toEqual([]);

      page = await open('speaking');
      await page.getByRole('button', { name: 'Type', exact: true }).click();
      expect(await violationsIn(page, { hasAxe: false }), 'composer').toEqual([]);
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
