import { expect, it } from 'vitest';
import { KeptSpeech } from './kept-speech.ts';

const ramp = (from: number, count: number) =>
  Int16Array.from({ length: count }, (_, i) => from + i);
const all = (kept: KeptSpeech, samples?: number) =>
  [...kept.pieces(samples)].flatMap((piece) => [...piece]);

it('gives back all that was said, in order, as often as it is asked', () => {
  const kept = new KeptSpeech(100);
  for (let start = 0; start < 70; start += 10) kept.add(ramp(start, 10));
  expect(all(kept)).toEqual([...ramp(0, 70)]);
  expect(all(kept)).toEqual([...ramp(0, 70)]);
  expect(all(kept, 30)).toEqual([...ramp(0, 30)]);
  expect(all(kept, 0)).toEqual([]);
  expect(kept.isWhole).toBe(true);
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
