import { expect, test } from 'vitest';
import { MARK_SAMPLES, MarkReader, writeMark, type SampleMark } from './sample-mark.ts';

/** Samples of no meaning, the same each time. */
function noise(length: number): Int16Array {
  return Int16Array.from({ length }, (_, at) => ((at * 7_919) % 4_001) - 2_000);
}

test('a mark is found wherever the stream was cut', () => {
  const pcm = noise(2_000);
  const mark: SampleMark = { run: 700, utterance: 11, offsetMs: -1_234 };
  writeMark(pcm.subarray(512), mark);
  const found: (readonly [SampleMark, number])[] = [];
  const reader = new MarkReader();
  let read = 0;
  for (const length of [130, 400, 7, 900, 563]) {
    const piece = pcm.subarray(read, read + length);
    read += length;
    reader.read(piece, (each, samplesAfter) => found.push([each, read - samplesAfter]));
  }
  expect(found).toEqual([[mark, 512 + MARK_SAMPLES]]);
});

test('a mark changes no sample by more than its lowest bit', () => {
  const pcm = noise(MARK_SAMPLES);
  const marked = pcm.slice();
  writeMark(marked, { run: 1, utterance: 2, offsetMs: 240_000 });
  expect(marked.every((sample, at) => Math.abs(sample - pcm[at]!) <= 1)).toBe(true);
});
