import { expect, test } from 'vitest';
import { CaptureStalls } from './capture-port.ts';

/** Frames in time for so long. @returns when a new source was asked for, ms */
function run(stalls: CaptureStalls, fromMs: number, untilMs: number, isIdle = true): number[] {
  const asked: number[] = [];
  for (let ms = fromMs; ms < untilMs; ms += 32) if (stalls.observe(ms, isIdle)) asked.push(ms);
  return asked;
}

test('a source that begins is renewed once, when the context runs steadily', () => {
  const asked = run(new CaptureStalls(), 0, 60_000);
  expect(asked).toHaveLength(1);
  expect(asked[0]).toBeGreaterThanOrEqual(1_000);
});

test('after a stall another source is asked for, once', () => {
  const stalls = new CaptureStalls();
  run(stalls, 0, 20_000);
  const asked = run(stalls, 20_300, 60_000);
  expect(asked).toHaveLength(1);
  expect(asked[0]! - 20_300).toBeLessThan(1_100);
});

test('not within an utterance, but as soon as it is over', () => {
  const stalls = new CaptureStalls();
  run(stalls, 0, 20_000);
  expect(run(stalls, 20_300, 25_000, false)).toEqual([]);
  expect(run(stalls, 25_000, 30_000)).toHaveLength(1);
});

test('a machine that stalls again and again is left alone until it settles', () => {
  const stalls = new CaptureStalls();
  run(stalls, 0, 20_000);
  for (let ms = 20_300; ms < 40_000; ms += 700) expect(run(stalls, ms, ms + 500)).toEqual([]);
});

test('frames that come a little late are no stall', () => {
  const stalls = new CaptureStalls();
  run(stalls, 0, 20_000);
  expect(run(stalls, 20_060, 40_000)).toEqual([]);
});
