import type { Page } from '@playwright/test';
import { violationsIn } from '../support/axe.ts';
import { commandsOf, expect, freshTest as test } from './support/ui-test.ts';

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

/** The page of a person who chose to hold a button, listening in a call. */
async function openHolding(open: (scene: 'listening') => Promise<Page>) {
  const page = await open('listening');
  await page.getByRole('button', { name: 'Settings' }).tap();
  await page.getByRole('radio', { name: 'Hold button' }).tap();
  await page.getByRole('button', { name: 'Close' }).tap();
  const button = page.locator('nav').locator('..').getByRole('button', { name: 'Hold to talk' });
  await expect(button).toBeVisible();
  const box = (await button.boundingBox())!;
  const centre = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  await page.evaluate(() =>
    addEventListener('pointerdown', ({ pointerId }) => {
      document.body.dataset['pointer'] = String(pointerId);
    }),
  );
  const devtools = await page.context().newCDPSession(page);
  const touch = async (type: 'Start' | 'Move' | 'End' | 'Cancel', at = centre) => {
    const touchPoints = type === 'End' || type === 'Cancel' ? [] : [at];
    await devtools.send('Input.dispatchTouchEvent', { type: `touch${type}`, touchPoints });
  };
  const holds = async () =>
    (await commandsOf(page)).filter((command) => command.startsWith('holdToTalk'));
  return { page, box, centre, touch, holds };
}

test('a thumb holds a large button, which stays held while the finger strays', async ({ open }) => {
  const { page, box, centre, touch, holds } = await openHolding(open);
  expect(box.width).toBeGreaterThan(320);
  expect(box.height).toBeGreaterThanOrEqual(72);
  // In the lower half, within reach of the thumb.
  expect(box.y).toBeGreaterThan(844 / 2);
  await expect(page.locator('#call-state')).toHaveText('Hold to talk');
  expect(await violationsIn(page)).toEqual([]);

  await touch('Start');
  await expect(page.getByRole('button', { name: 'Release to send' })).toBeVisible();
  await expect(page.locator('#call-state')).toHaveText('Listening, release to send');
  for (let step = 1; step <= 10; step += 1) {
    await touch('Move', { x: centre.x, y: centre.y - step * 40 });
  }
  expect(await holds()).toEqual(['holdToTalk:true']);
  expect(await page.evaluate(() => scrollY)).toBe(0);
  await touch('End');
  await expect.poll(holds).toEqual(['holdToTalk:true', 'holdToTalk:false']);
});

test('the hold ends with each way to lose the finger', async ({ open }) => {
  const { page, touch, holds } = await openHolding(open);
  const endings: readonly (() => Promise<unknown>)[] = [
    // The system takes the touch: a gesture of its own, a call, the notification shade.
    () => touch('Cancel'),
    // Another element takes the pointer.
    () =>
      page.evaluate(() => {
        const pointerId = Number(document.body.dataset['pointer']);
        const lost = new PointerEvent('lostpointercapture', { pointerId, bubbles: true });
        document.querySelector('[aria-pressed=true]')?.dispatchEvent(lost);
      }),
    () => page.evaluate(() => dispatchEvent(new Event('blur'))),
    // The microphone is taken away while it is held: the button goes.
    () =>
      page.evaluate(() =>
        window.parley.engine.emit({
          type: 'stage-changed',
          stage: 'transcriber',
          from: 'embedded',
          to: 'none',
          reason: 'transcriber_failed',
        }),
      ),
  ];
  for (const [index, end] of endings.entries()) {
    const before = await holds();
    await touch('Start');
    await expect.poll(holds, `${index}`).toEqual([...before, 'holdToTalk:true']);
    await end();
    if (index === endings.length - 1) await touch('End');
    await expect
      .poll(holds, `${index}`)
      .toEqual([...before, 'holdToTalk:true', 'holdToTalk:false']);
    await touch('Cancel').catch(() => undefined);
  }
  expect(new Set(await holds()).size).toBe(2);
});

test('what a call begins with, and what it changes to at once', async ({ open }) => {
  const { page } = await openHolding(open);
  const muted = async () =>
    (await commandsOf(page)).filter((command) => command.startsWith('setMuted'));
  expect(await muted()).toEqual(['setMuted:false', 'setMuted:true']);
  await page.getByRole('button', { name: 'Hang up' }).tap();
  await page.getByRole('button', { name: 'Call again' }).last().tap();
  await page.evaluate(() => window.parley.engine.emit({ type: 'phase', phase: 'listening' }));
  await expect(page.locator('#call-state')).toHaveText('Hold to talk');
  await page.getByRole('button', { name: 'Settings' }).tap();
  await page.getByRole('radio', { name: 'Freely' }).tap();
  await page.getByRole('button', { name: 'Close' }).tap();
  await expect(page.locator('#call-state')).toHaveText('Listening');
});
