import { brotliCompressSync } from 'node:zlib';
import type { Page } from '@playwright/test';
import { expect, forEachScene, freshTest, test } from './support/ui-test.ts';
import { phase, reply, replyEnded, said } from './support/notices.ts';
import type { SceneName } from './support/scenes.ts';

const SCREENS = [
  { name: 'smallest phone', width: 320, height: 568 },
  { name: 'phone', width: 390, height: 844 },
  { name: 'lying phone', width: 844, height: 390 },
  { name: 'desktop', width: 1_280, height: 800 },
] as const;

const REGION = 'main [role=region]';

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

/** Sums up the layout shifts of the page from now on. */
function watchShifts(page: Page) {
  return page.evaluateHandle(() => {
    const watched = { sum: 0, end: () => observer.disconnect() };
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        watched.sum += (entry as PerformanceEntry & { readonly value: number }).value;
      }
    });
    observer.observe({ type: 'layout-shift' });
    return watched;
  });
}

/** One turn, each step of it in frames of its own. */
async function talk(page: Page, turn: number): Promise<void> {
  const answer =
    'Octopuses have three hearts. Two of them pump blood through the gills, and not one is idle.';
  const steps = [
    [phase('hearing')],
    [phase('thinking'), said(turn, 'tell me something about octopuses')],
    [phase('speaking'), ...reply(`reply-${turn}`, turn, [answer])],
    [replyEnded(`reply-${turn}`, 'completed', 4_000)],
    [phase('listening')],
  ];
  for (const notices of steps) {
    await page.evaluate(async (all) => {
      window.parley.engine.emit(...all);
      for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
    }, notices);
  }
}

/** Of what is seen, px: the conversation without what lies over it. */
function heightOf(page: Page, selector: string): Promise<number> {
  return page.locator(selector).evaluate((element) => {
    const hidden = Number.parseFloat(getComputedStyle(element).paddingBlockStart);
    return element.getBoundingClientRect().height - (element.role === 'region' ? hidden : 0);
  });
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
      const shifts = await watchShifts(page);
      const shifted = () => shifts.evaluate(({ sum }) => sum);
      const before = await places();
      for (const next of [
        'hearing',
        'thinking',
        'speaking',
        'reconnecting',
        'listening',
      ] as const) {
        await page.evaluate((notice) => window.parley.engine.emit(notice), phase(next));
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
        expect(await places(), next).toEqual(before);
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

    test('a conversation that grows moves nothing, and the orb leaves it its room between turns', async ({
      open,
    }) => {
      const page = await open('listening');
      await talk(page, 1);
      const [orb, words] = [await heightOf(page, '[data-orb]'), await heightOf(page, REGION)];
      const shifts = await watchShifts(page);
      for (let turn = 2; turn <= 8; turn += 1) await talk(page, turn);
      expect(await shifts.evaluate(({ sum }) => sum)).toBeLessThanOrEqual(0.02);
      await shifts.evaluate(({ end }) => end());
      // The lying phone has the words at the orb's side from the beginning.
      if (width < height || height > 460) {
        expect(await heightOf(page, '[data-orb]')).toBeLessThan(orb);
        expect(await heightOf(page, REGION)).toBeGreaterThan(words + 50);
      }
    });
  });
}

/** A standing phone with its keyboard open: the page becomes lower, as the viewport's tag asks. */
for (const { width, height, least, controls } of [
  { width: 390, height: 470, least: 215, controls: true },
  { width: 320, height: 290, least: 70, controls: false },
] as const) {
  test(`beside a keyboard the words keep ${least} px of ${width} × ${height}`, async ({
    open,
    page,
  }) => {
    await page.setViewportSize({ width, height: 844 });
    await open('interrupted');
    await page.getByRole('button', { name: 'Type', exact: true }).click();
    await page.setViewportSize({ width, height });
    const field = page.getByRole('textbox', { name: 'Message' });
    await expect(field).toBeInViewport({ ratio: 1 });
    await field.fill('And in Lisbon');
    const size = await page.evaluate(() => {
      const { scrollWidth, scrollHeight } = document.documentElement;
      return { width: scrollWidth, height: scrollHeight };
    });
    expect(size).toEqual({ width, height });
    expect(await heightOf(page, REGION)).toBeGreaterThanOrEqual(least);
    expect(await heightOf(page, '[data-orb]')).toBeGreaterThanOrEqual(44);
    const hangUp = page.getByRole('button', { name: 'Hang up' });
    // Where even the signs would take a line, they come with the Tab key.
    if (!controls) await hangUp.focus();
    await expect(hangUp).toBeInViewport({ ratio: 1 });
    expect(
      await hangUp.evaluate((button) => button.getBoundingClientRect().height),
    ).toBeGreaterThan(44);
    await page.setViewportSize({ width, height: 844 });
    await hangUp.click();
    await expect(field).toHaveCount(0);
    // What was not sent is there for the next call.
    await page.getByRole('button', { name: 'Type', exact: true }).click();
    await expect(field).toHaveValue('And in Lisbon');
  });
}

freshTest(
  'a keyboard that lies over the page, as on iOS, covers nothing',
  async ({ open, page }) => {
    await open('interrupted');
    await page.evaluate(() => {
      const seen = Object.assign(new EventTarget(), { scale: 1, height: 400 });
      Object.defineProperty(window, 'visualViewport', { value: seen, configurable: true });
    });
    await page.keyboard.press('t');
    const field = page.getByRole('textbox', { name: 'Message' });
    const bottom = async () => {
      const { y, height } = (await field.boundingBox())!;
      return y + height;
    };
    await expect.poll(bottom).toBeLessThan(400);
    await page.keyboard.press('Escape');
    await expect(field).toHaveCount(0);
    expect(await heightOf(page, 'main')).toBe(720);
  },
);

test('what remains of a call leaves the words their room on the smallest phone', async ({
  open,
  page,
}) => {
  await page.setViewportSize({ width: 320, height: 568 });
  await open('interrupted');
  await page.getByRole('button', { name: 'Hang up' }).click();
  await expect(page.getByRole('button', { name: 'Call again' }).last()).toBeVisible();
  await expect(page.getByRole('button', { name: 'Copy' })).toBeVisible();
  expect(await heightOf(page, REGION)).toBeGreaterThanOrEqual(200);
});

for (const { width, height } of [
  { width: 844, height: 390 },
  { width: 640, height: 400 },
]) {
  test(`${width} × ${height} has wordmark, clock and, with the panel open, the waterfall`, async ({
    open,
    page,
  }) => {
    await page.setViewportSize({ width, height });
    for (const query of ['', 'debug']) {
      await open('measured', query);
      await expect(page.getByRole('heading', { name: 'Parley', level: 1 })).toBeInViewport({
        ratio: 1,
      });
      await expect(page.getByRole('timer')).toBeInViewport({ ratio: 1 });
      await expect(page.getByRole('button', { name: 'Hang up' })).toBeInViewport({ ratio: 1 });
      expect(await outOfSight(page)).toEqual([]);
    }
    const row = page.getByRole('complementary', { name: 'Debug panel' }).getByText('1,000 ms');
    await expect(row).toBeInViewport({ ratio: 1 });
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
  // With a real call's engine, which the provider could make; `loading.spec.ts` bounds the page's own.
  expect(bytes).toBeLessThan(112 * 1_024);
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
