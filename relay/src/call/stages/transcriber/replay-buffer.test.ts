import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BLOCK_SAMPLES, SampleBlocks, ReplayBuffer } from './replay-buffer.ts';

const ramp = (from: number, count: number) =>
  Int16Array.from({ length: count }, (_, i) => from + i);
const all = (buffer: ReplayBuffer) => [...buffer.pieces()].flatMap((piece) => [...piece]);

it('gives back all that was said, in order, as often as it is asked', () => {
  const buffer = new ReplayBuffer(100);
  for (let start = 0; start < 70; start += 10) buffer.add(ramp(start, 10));
  expect(all(buffer)).toEqual([...ramp(0, 70)]);
  expect(all(buffer)).toEqual([...ramp(0, 70)]);
  expect(buffer.isWhole).toBe(true);
});

it('gives back what was said in pieces of any length', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 6 }), (lengths) => {
      const buffer = new ReplayBuffer(1_000_000);
      let said = 0;
      for (const length of lengths) {
        buffer.add(ramp(said, length));
        said += length;
      }
      const pieces = [...buffer.pieces()];
      expect(Math.max(0, ...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(1_600);
      let given = 0;
      for (const piece of pieces) {
        expect(piece).toEqual(ramp(given, piece.length));
        given += piece.length;
      }
      expect(given).toBe(said);
      buffer.release();
    }),
    { numRuns: 50 },
  );
});

it('keeps no more than it may, from the start on and without a gap', () => {
  const buffer = new ReplayBuffer(10);
  buffer.add(ramp(0, 8));
  buffer.add(ramp(8, 3));
  buffer.add(ramp(11, 1));
  expect(all(buffer)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(buffer.isWhole).toBe(false);
});

it('keeps what fits into the memory of all, and never takes more', () => {
  const memory = new SampleBlocks(2);
  const [long, other] = [new ReplayBuffer(1_000_000, memory), new ReplayBuffer(1_000_000, memory)];
  long.add(ramp(0, BLOCK_SAMPLES + 1));
  other.add(ramp(0, 10));
  expect([all(other), other.isWhole, long.isWhole]).toEqual([[], false, true]);
  long.add(ramp(BLOCK_SAMPLES + 1, BLOCK_SAMPLES));
  expect([long.isWhole, all(long)]).toEqual([false, [...ramp(0, 2 * BLOCK_SAMPLES)]]);
  long.release();
  const next = new ReplayBuffer(1_000_000, memory);
  next.add(ramp(0, 10));
  expect(next.isWhole).toBe(true);
});

it('keeps nothing once it is released', () => {
  const buffer = new ReplayBuffer(10);
  buffer.add(ramp(0, 8));
  buffer.release();
  buffer.add(ramp(0, 1));
  expect(all(buffer)).toEqual([]);
});

it('never shows the audio of another utterance', () => {
  const mine = new ReplayBuffer(10_000);
  mine.add(ramp(0, 4_000));
  const pieces = mine.pieces();
  const first = pieces.next().value!;
  mine.release();
  const theirs = new ReplayBuffer(10_000);
  theirs.add(new Int16Array(4_000).fill(-1));
  expect(first).toEqual(ramp(0, 1_600));
  expect(pieces.next().done).toBe(true);
});

it('does not look again at the memory in which speech arrived', () => {
  const buffer = new ReplayBuffer(10);
  const arrived = ramp(0, 8);
  buffer.add(arrived);
  arrived.fill(-1);
  expect(all(buffer)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

it('gives the end of what was said, unless it was not kept', () => {
  const buffer = new ReplayBuffer(3 * BLOCK_SAMPLES);
  expect(buffer.end(10)).toEqual(ramp(0, 0));
  buffer.add(ramp(0, BLOCK_SAMPLES + 3));
  expect(buffer.end(5)).toEqual(ramp(BLOCK_SAMPLES - 2, 5));
  expect(buffer.end(2 * BLOCK_SAMPLES)).toEqual(ramp(0, BLOCK_SAMPLES + 3));
  buffer.add(ramp(0, 2 * BLOCK_SAMPLES));
  expect(buffer.end(5)).toBeUndefined();
  buffer.release();
});
