import { expect, it } from 'vitest';
import { KeptSpeech } from './kept-speech.ts';

const ramp = (from: number, count: number) =>
  Int16Array.from({ length: count }, (_, i) => from + i);
const all = (kept: KeptSpeech) => [...kept.pieces()].flatMap((piece) => [...piece]);

it('keeps a copy of all that is said, however it is cut, and gives it back in pieces', () => {
  const kept = new KeptSpeech(100_000);
  const reused = new Int16Array(1_000);
  for (let start = 0; start < 70_000; start += 1_000) {
    reused.set(ramp(start % 30_000, 1_000));
    kept.add(reused);
  }
  const expected = Array.from({ length: 70_000 }, (_, i) => i % 30_000);
  expect(all(kept)).toEqual(expected);
  expect(kept.isWhole).toBe(true);
  expect(Math.max(...[...kept.pieces()].map(({ length }) => length))).toBe(1_600);
});

it('keeps no more than it may, from the start on and without a gap', () => {
  const kept = new KeptSpeech(10);
  kept.add(ramp(0, 8));
  kept.add(ramp(8, 3));
  kept.add(ramp(11, 1));
  expect(all(kept)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(kept.isWhole).toBe(false);
});

it('keeps nothing once it is released', () => {
  const kept = new KeptSpeech(10);
  kept.add(ramp(0, 8));
  kept.release();
  kept.add(ramp(0, 1));
  expect(all(kept)).toEqual([]);
});
