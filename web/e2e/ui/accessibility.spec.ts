import { violationsIn, violationsInBothThemes } from '../support/axe.ts';
import { expect, forEachScene, test } from './support/ui-test.ts';
import type { SceneName } from './support/scenes.ts';

/** Each part of the call screen, and each pose of the orb. */
const SCENES: readonly SceneName[] = [
  'idle',
  'asking',
  'listening',
  'interrupted',
  'speechless',
  'replaced',
  'refused',
  'failed',
  'unrecognised',
  'warned',
  'ended',
  'lost',
  'long',
  'broken',
];
/** Pages whose parts lie in another way on a phone. */
const SCENES_ON_A_PHONE: readonly SceneName[] = [
  'idle',
  'listening',
  'interrupted',
  'speechless',
  'refused',
  'warned',
  'ended',
  'long',
];

// The themes differ in colours, which are the same at all widths.
const SCREENS = [
  { width: 1_280, height: 800, scenes: SCENES, look: violationsInBothThemes },
  { width: 390, height: 844, scenes: SCENES_ON_A_PHONE, look: violationsIn },
] as const;

for (const { width, height, scenes, look } of SCREENS) {
  test.describe(`${width} px wide`, () => {
    test.use({ viewport: { width, height } });

    test('axe finds nothing wrong in any state', async ({ open }) => {
      const page = await open('idle');
      await forEachScene(page, scenes, async (scene) => {
        expect(await look(page), scene).toEqual([]);
      });
    });

    test('axe finds nothing wrong in settings, debug panel and composer', async ({ open }) => {
      let page = await open('listening');
      await page.getByRole('button', { name: 'Settings' }).click();
      await page.getByRole('dialog').waitFor();
      expect(await look(page), 'settings').toEqual([]);

      page = await open('measured', 'debug');
      await page.getByRole('complementary', { name: 'Debug panel' }).waitFor();
      await page.getByText('All turns as a table').click();
      expect(await look(page), 'debug panel').toEqual([]);

      page = await open('speaking');
      await page.getByRole('button', { name: 'Type', exact: true }).click();
      expect(await look(page), 'composer').toEqual([]);
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
