import { expect, test } from 'vitest';
import { planUpload } from './upload-plan.ts';

const MS = 16;
const ramp = (length: number) => Int16Array.from({ length }, (_, index) => index % 0x7fff);
const joined = (chunks: readonly { readonly samples: Int16Array }[]) =>
  chunks.flatMap(({ samples }) => [...samples]);

test('speech goes out with what came just before it and the silence that proves its end', () => {
  const samples = ramp(3_000 * MS);
  const plan = planUpload({ samples, onset: 1_000 * MS, end: 2_050 * MS });
  expect(joined(plan.chunks)).toEqual([...samples.subarray(700 * MS, 2_550 * MS)]);
  expect(plan).toMatchObject({ endMs: 1_050, stopMs: 1_550 });
});

test('chunks are full, are due once they were recorded, and only the last may be shorter', () => {
  const { chunks, stopMs } = planUpload({
    samples: ramp(3_000 * MS),
    onset: 1_000 * MS,
    end: 1_150 * MS,
  });
  expect(chunks.map(({ startMs, dueMs, last }) => [startMs, dueMs, last])).toEqual([
    [-300, 0, false],
    [-200, 0, false],
    [-100, 0, false],
    [0, 100, false],
    [100, 200, false],
    [200, 300, false],
    [300, 400, false],
    [400, 500, false],
    [500, 600, false],
    [600, 650, true],
  ]);
  expect(chunks.map(({ samples }) => samples.length / MS)).toEqual([
    100, 100, 100, 100, 100, 100, 100, 100, 100, 50,
  ]);
  expect(stopMs).toBe(chunks.at(-1)?.dueMs);
});

test('a recording without silence around it is given the silence at its end', () => {
  const samples = ramp(400 * MS);
  const { chunks } = planUpload({ samples, onset: 0, end: samples.length });
  const sent = joined(chunks);
  expect(sent.slice(0, samples.length)).toEqual([...samples]);
  expect(sent.slice(samples.length)).toEqual(Array.from({ length: 500 * MS }, () => 0));
  expect(chunks.map(({ last }) => last)).toEqual([...Array<boolean>(8).fill(false), true]);
});
