import { brotliCompressSync } from 'node:zlib';
import type { Page } from '@playwright/test';
import { expect, forEachScene, freshTest, test } from './support/ui-test.ts';
import type { SceneName } from './support/scenes.ts';

const SCREENS = [
  { name: 'smallest phone', width: 320, height: 568 },
  { name: 'phone', width: 390, height: 844 },
  { name: 'lying phone', width: 844, height: 390 },
  { name: 'desktop', width: 1_280, height: 800 },
] as const;

const SCENES: readonly SceneName[] = [
  'idle',
  'listening',
  'interrupted',
  'pageListening',
  'typingOnly',
  'speechless',
  'replaced',
  'refused',
  'failed',
  'warned',
  'ended',
  'unreachable',
  'lost',
  'long',
  'broken',
];

/** Everything that must be within reach without scrolling. */
async function outOfSight(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const missing: string[] = [];
    for (const element of document.querySelectorAll(
      'nav button, [data-orb], #call-state, main li button',
    )) {
      const box = element.getBoundingClientRect();
      const parent = element.closest('main')?.getBoundingClientRect();
      if (parent === undefined) continue;
      const x = box.left + box.width / 2;
      const y = box.bottom - 4;
      const seen = document.elementFromPoint(x, y);
      const isSeen = seen !== null && (element.contains(seen) || seen.contains(element));
      if (box.left < 0 || box.right > innerWidth || box.bottom > innerHeight || !isSeen) {
        missing.push(element.textContent ?? element.id);
      }
    }
    return missing;
  });
}

/** Controls of less than 44 px in either direction. */
function tooSmall(page: Page): Promise<string[]> {
  return page.locator('main button').evaluateAll((buttons) =>
    buttons.flatMap((button) => {
      const { width, height } = button.getBoundingClientRect();
      return Math.min(width, height) < 44 ? [`${button.textContent} ${width} × ${height}`] : [];
    }),
  );
}

for (const { name, width, height } of SCREENS) {
  test.describe(name, () => {
    test.use({ viewport: { width, height } });

    test('everything fits on one screen, can be pressed, and nothing scrolls sideways', async ({
      open,
    }) => {
      const page = await open('idle');
      await forEachScene(page, SCENES, async (scene) => {
        const overflow = await page.evaluate(() => ({
          across: document.documentElement.scrollWidth - innerWidth,
          down: document.documentElement.scrollHeight - innerHeight,
        }));
        expect(overflow, scene).toEqual({ across: 0, down: 0 });
        expect(await outOfSight(page), scene).toEqual([]);
        if (scene === 'listening') expect(await tooSmall(page), scene).toEqual([]);
      });
    });

    test('nothing moves when the state changes', async ({ open }) => {
      const page = await open('listening');
      const places = () =>
        page.evaluate(() =>
          ['[data-orb]', '#call-state', 'nav'].map((selector) => {
            const box = document.querySelector(selector)?.getBoundingClientRect();
            // The words of the line differ in width; around their middle they must not move.
            const middle = box === undefined ? 0 : Math.round(box.x + box.width / 2);
            return [selector, middle, box?.y, box?.height];
          }),
        );
      const shifts = await page.evaluateHandle(() => {
        const watched = { sum: 0, end: () => observer.disconnect() };
        const observer = new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) {
            watched.sum += (entry as PerformanceEntry & { readonly value: number }).value;
          }
        });
        observer.observe({ type: 'layout-shift' });
        return watched;
      });
      const shifted = () => shifts.evaluate(({ sum }) => sum);
      const before = await places();
      for (const phase of [
        'hearing',
        'thinking',
        'speaking',
        'reconnecting',
        'listening',
      ] as const) {
        await page.evaluate(
          (next) => window.parley.engine.emit({ type: 'phase', phase: next }),
          phase,
        );
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
        expect(await places(), phase).toEqual(before);
      }
      await page.evaluate(() =>
        window.parley.engine.emit({
          type: 'error',
          code: 'generator_timeout',
          message: 'Finding an answer took too long. Please try again.',
        }),
      );
      await expect(page.getByText('took too long')).toBeVisible();
      expect(await places(), 'error').toEqual(before);
      expect(await shifted()).toBeLessThan(0.01);
      await page.evaluate(() =>
        window.parley.engine.emit({
          type: 'stage-changed',
          stage: 'generator',
          from: 'embedded',
          to: 'another',
          reason: 'generator_timeout',
        }),
      );
      await expect(page.getByText('Answers come from a stand-in for now')).toBeVisible();
      // The content below gives way once; nothing moves near the eye and the thumb.
      expect(await places(), 'note').toEqual(before);
      expect(await shifted()).toBeLessThan(0.03);
      await shifts.evaluate(({ end }) => end());
    });
  });
}

freshTest('what is loaded before anything is pressed stays small', async ({ page, harnessUrl }) => {
  const sizes = new Map<string, Promise<number>>();
  page.on('response', (response) => {
    if (/\.(js|css)$/.test(new URL(response.url()).pathname)) {
      sizes.set(
        response.url(),
        response.body().then((body) => brotliCompressSync(body).byteLength),
      );
    }
  });
  await page.goto(harnessUrl, { waitUntil: 'networkidle' });
  const bytes = (await Promise.all(sizes.values())).reduce((sum, size) => sum + size, 0);
  expect(sizes.size).toBeGreaterThan(1);
  expect(bytes).toBeLessThan(110 * 1_024);
  expect([...sizes.keys()].some((url) => /settings|debug/.test(url))).toBe(false);
});

test('all choices of the settings are in sight on the narrowest phones', async ({ open, page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await open('idle');
  await page.getByRole('button', { name: 'Settings' }).click();
  const groups = page.getByRole('radiogroup');
  await expect(groups.first()).toBeVisible();
  const beyond = await groups.evaluateAll((all) =>
    all.flatMap((group) => {
      const { right } = group.getBoundingClientRect();
      return [...group.children]
        .filter((choice) => choice.getBoundingClientRect().right > right)
        .map((choice) => choice.textContent);
    }),
  );
  expect(beyond).toEqual([]);
});
