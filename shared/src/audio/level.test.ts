import { expect, test } from 'vitest';
import { dbfsOf, levelOf, rmsOf } from './level.ts';

test('the RMS of samples is on their own scale', () => {
  expect(rmsOf(Float32Array.of(0.5, -0.5, 0.5, -0.5))).toBe(0.5);
  expect(rmsOf(Int16Array.of(300, -400))).toBeCloseTo(Math.sqrt(125_000));
  expect(rmsOf(new Float32Array())).toBe(0);
});

test('half the amplitude is 6 dB less', () => {
  expect(dbfsOf(1)).toBe(0);
  expect(dbfsOf(0.5)).toBeCloseTo(-6.02, 2);
});

test('the meter goes from the noise of a room to close speech in equal steps of loudness', () => {
  expect([0, 10 ** (-70 / 20), 10 ** (-36 / 20), 10 ** (-12 / 20), 1].map(levelOf)).toEqual([
    0,
    0,
    expect.closeTo(0.5),
    1,
    1,
  ]);
});
