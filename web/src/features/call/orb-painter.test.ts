import { expect, test } from 'vitest';
import type { OrbPalette } from './orb-drawing.ts';
import { OrbPainter } from './orb-painter.ts';
import type { OrbMood } from './orb-pose.ts';

const GREY = [128, 128, 128] as const;
const PALETTE: OrbPalette = {
  light: GREY,
  cool: GREY,
  main: GREY,
  deep: GREY,
  line: GREY,
  still: GREY,
  warm: GREY,
  warmLine: GREY,
};
const FRAME_MS = 1_000 / 60;

/** A painter on a canvas that only counts drawings, and a screen that the test refreshes. */
function painting(mood: OrbMood) {
  let drawings = 0;
  let due: ((nowMs: number) => void) | undefined;
  let nowMs = 0;
  const gradient = { addColorStop: () => {} };
  const context = new Proxy(
    {},
    {
      get:
        (_, name) =>
        (...asked: readonly unknown[]) => {
          if (name === 'clearRect') drawings += 1;
          return asked.length > 0 && String(name).endsWith('Gradient') ? gradient : undefined;
        },
      set: () => true,
    },
  );
  const canvas = { width: 0, height: 0, getContext: () => context };
  const painter = new OrbPainter({
    canvas: canvas as unknown as OffscreenCanvas,
    mood,
    palette: PALETTE,
    requestFrame: (draw) => {
      due = draw;
      return 1;
    },
    cancelFrame: () => {
      due = undefined;
    },
  });
  painter.take({ type: 'surface', sizePx: 200, pixelRatio: 2 });
  painter.take({ type: 'visible', isVisible: true });
  return {
    painter,
    canvas,
    /** @param frameMs - of the screen. @returns how often it was drawn meanwhile */
    pass(durationMs: number, frameMs = FRAME_MS): number {
      const before = drawings;
      for (const untilMs = nowMs + durationMs; nowMs < untilMs; nowMs += frameMs) {
        const draw = due;
        due = undefined;
        draw?.(nowMs);
      }
      return drawings - before;
    },
  };
}

test('in a calm mood the orb is drawn once and rests', () => {
  const { pass, canvas } = painting('idle');
  expect(canvas.width).toBe(400);
  expect(pass(5_000)).toBe(1);
});

test('a mood that follows a voice is drawn at each frame, another at every second', () => {
  expect(painting('speaking').pass(1_000)).toBeGreaterThanOrEqual(59);
  const thinking = painting('thinking').pass(1_000);
  expect(thinking).toBeGreaterThan(25);
  expect(thinking).toBeLessThan(35);
});

test('a listening orb is drawn at every fourth frame in silence, at every second with a sound', () => {
  const { painter, pass } = painting('listening');
  pass(1_000);
  expect(pass(2_000)).toBeLessThanOrEqual(32);
  painter.take({ type: 'levels', microphone: 0.3, voice: 0 });
  expect(pass(1_000)).toBeGreaterThan(25);
});

test('a thread that cannot keep up draws half of the frames for a while', () => {
  const { pass } = painting('speaking');
  pass(500);
  expect(pass(3_000, 28)).toBeLessThan(100);
  const sparing = pass(1_000);
  expect(sparing).toBeGreaterThan(25);
  expect(sparing).toBeLessThan(35);
  pass(20_000);
  expect(pass(1_000)).toBeGreaterThan(55);
});

test('it comes to rest on the way to a calm mood, and wakes for another', () => {
  const { painter, pass } = painting('speaking');
  pass(500);
  painter.take({ type: 'mood', mood: 'off' });
  expect(pass(2_000)).toBeGreaterThan(10);
  expect(pass(2_000)).toBe(0);
  painter.take({ type: 'mood', mood: 'hearing' });
  expect(pass(1_000)).toBeGreaterThan(50);
});

test('nothing is drawn while the page is hidden', () => {
  const { painter, pass } = painting('speaking');
  painter.take({ type: 'visible', isVisible: false });
  painter.take({ type: 'mood', mood: 'hearing' });
  expect(pass(1_000)).toBe(0);
  painter.take({ type: 'visible', isVisible: true });
  expect(pass(1_000)).toBeGreaterThan(50);
});

test('another theme or size is drawn at rest too', () => {
  const { painter, pass } = painting('idle');
  pass(1_000);
  painter.take({ type: 'palette', palette: PALETTE });
  expect(pass(1_000)).toBe(1);
  painter.take({ type: 'surface', sizePx: 100, pixelRatio: 1 });
  // At once: its new size has emptied the canvas.
  expect(pass(1_000)).toBe(0);
});
