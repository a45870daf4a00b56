import fc from 'fast-check';
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

it('gives back what was said in pieces of any length', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 6 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (lengths, share) => {
        const kept = new KeptSpeech(1_000_000);
        let said = 0;
        for (const length of lengths) {
          kept.add(ramp(said, length));
          said += length;
        }
        const asked = Math.floor(said * share);
        const pieces = [...kept.pieces(asked)];
        expect(Math.max(0, ...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(1_600);
        let given = 0;
        for (const piece of pieces) {
          expect(piece).toEqual(ramp(given, piece.length));
          given += piece.length;
        }
        expect(given).toBe(asked);
        kept.release();
      },
    ),
    { numRuns: 50 },
  );
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

it('shows nobody what others say', () => {
  const mine = new KeptSpeech(10_000);
  mine.add(ramp(0, 4_000));
  const pieces = mine.pieces();
  const first = pieces.next().value!;
  mine.release();
  const theirs = new KeptSpeech(10_000);
  theirs.add(new Int16Array(4_000).fill(-1));
  expect(first).toEqual(ramp(0, 1_600));
  expect(pieces.next().done).toBe(true);
});

it('does not look again at the memory in which speech arrived', () => {
  const kept = new KeptSpeech(10);
  const arrived = ramp(0, 8);
  kept.add(arrived);
  arrived.fill(-1);
  expect(all(kept)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});
