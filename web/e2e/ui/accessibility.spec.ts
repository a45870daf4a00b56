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
      await page.getByText('Compare turn 6').click();
      expect(await look(page), 'debug panel').toEqual([]);

      page = await open('speaking');
      await page.getByRole('button', { name: 'Type', exact: true }).click();
      expect(await look(page), 'composer').toEqual([]);
    });
  });
}

/** No two of them may look alike to a person who sees neither motion nor colour. */
const STATES_OF_THE_ORB: readonly SceneName[] = [
  'idle',
  'askingInSession',
  'listening',
  'hearing',
  'thinking',
  'speaking',
  'reconnecting',
  'refused',
  'busy',
  'lost',
  'broken',
];

test('the sign on the orb stands against its disc', async ({ open, page }) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await open('idle');
    await forEachScene(page, ['idle', 'refused', 'broken', 'ended'], async (scene) => {
      const contrast = await page.locator('[data-orb]').evaluate((orb) => {
        const luminanceOf = ([red, green, blue]: Uint8ClampedArray) => {
          const linear = [red!, green!, blue!].map((value) => (value / 255) ** 2.2);
          return 0.2126 * linear[0]! + 0.7152 * linear[1]! + 0.0722 * linear[2]!;
        };
        const disc = orb.querySelector('canvas')!;
        // In the disc, beside the sign.
        const at = [disc.width * 0.5, disc.height * 0.7] as const;
        const under = luminanceOf(disc.getContext('2d')!.getImageData(...at, 1, 1).data);
        const paint = new OffscreenCanvas(1, 1).getContext('2d')!;
        paint.fillStyle = getComputedStyle(orb.querySelector('svg')!).color;
        paint.fillRect(0, 0, 1, 1);
        return (luminanceOf(paint.getImageData(0, 0, 1, 1).data) + 0.05) / (under + 0.05);
      });
      expect(contrast, `${scene}, ${colorScheme}`).toBeGreaterThanOrEqual(3);
    });
  }
});

test('in forced colours each state of the orb has a shape of its own', async ({ open, page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await open('idle');
  const seen = new Map<string, SceneName>();
  await forEachScene(page, STATES_OF_THE_ORB, async (scene) => {
    const orb = page.locator('[data-orb]');
    const look = await orb.evaluate((button) => {
      const drawing = button.querySelector('canvas')!.toDataURL();
      return drawing + (button.querySelector('svg')?.innerHTML ?? '');
    });
    expect(seen.get(look), scene).toBeUndefined();
    seen.set(look, scene);
    const hasIcon = (await orb.locator('svg').count()) > 0;
    const icon = await orb.locator('[aria-hidden] >> nth=-1').boundingBox();
    expect((icon?.width ?? 0) > 0, scene).toBe(hasIcon);
  });
});
