import { toPcm16 } from '@parley/shared/audio/pcm16';
import { expect, test } from 'vitest';
import { LevelGate } from './level-gate.ts';

const FRAME = 512;
let seed = 1;

/** White, between −1 and 1. */
function random(): number {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed / 2 ** 31 - 1;
}

const frameOf = (sample: (n: number) => number) =>
  toPcm16(Float32Array.from({ length: FRAME }, (_, n) => sample(n)));
const noise = (dbfs: number) => frameOf(() => random() * Math.sqrt(3) * 10 ** (dbfs / 20));
const tone = (dbfs: number) =>
  frameOf((n) => Math.sin((2 * Math.PI * 1_000 * n) / 16_000) * Math.SQRT2 * 10 ** (dbfs / 20));

/** How many of so many frames may hold speech. */
const opened = (gate: LevelGate, count: number, frame: () => Int16Array) =>
  Array.from({ length: count }, () => gate.isOpen(frame())).filter(Boolean).length;

test.each([
  ['digital silence', () => new Int16Array(FRAME)],
  ['the last bit', () => frameOf(() => Math.round(random()) / 32_768)],
  ['soft noise', () => noise(-65)],
  ['noise', () => noise(-52)],
  ['hum', () => frameOf((n) => 0.003 * Math.sin((2 * Math.PI * 50 * n) / 16_000))],
])('is closed in %s, but for the first half second', (_, frame) => {
  const gate = new LevelGate();
  opened(gate, 16, frame);
  expect(opened(gate, 2_000, frame)).toBe(0);
});

test('is open for what is louder than the noise before it, and half a second longer', () => {
  const gate = new LevelGate();
  opened(gate, 100, () => noise(-70));
  expect(opened(gate, 20, () => tone(-55))).toBe(20);
  expect(opened(gate, 100, () => noise(-70))).toBe(16);
});

test('is open for all that is loud, however steady', () => {
  const gate = new LevelGate();
  expect(opened(gate, 2_000, () => noise(-45))).toBe(2_000);
});

test('closes again in noise that has become louder', () => {
  const gate = new LevelGate();
  opened(gate, 100, () => noise(-75));
  expect(gate.isOpen(noise(-55))).toBe(true);
  opened(gate, 400, () => noise(-55));
  expect(opened(gate, 100, () => noise(-55))).toBe(0);
  expect(gate.isOpen(tone(-40))).toBe(true);
});
