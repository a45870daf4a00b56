import { expect, test } from 'vitest';
import { findSpeech } from './speech.ts';

const MS = 16;

/** Each part: how long, ms, and how loud, full scale = 1. */
function recording(...parts: readonly (readonly [ms: number, amplitude: number])[]): Int16Array {
  let at = 0;
  return Int16Array.from(
    parts.flatMap(([ms, amplitude]) =>
      Array.from({ length: ms * MS }, () =>
        Math.round(amplitude * 0x7fff * Math.sin(2 * Math.PI * 0.03 * at++)),
      ),
    ),
  );
}

const boundsMs = (samples: Int16Array) => {
  const speech = findSpeech(samples);
  return speech && [speech.onset / MS, speech.end / MS];
};

test('the silence around speech is found', () => {
  expect(boundsMs(recording([400, 0], [900, 0.3], [700, 0]))).toEqual([400, 1_300]);
});

test('a pause within belongs to the utterance', () => {
  expect(boundsMs(recording([100, 0], [300, 0.3], [2_000, 0], [300, 0.3], [50, 0]))).toEqual([
    100, 2_700,
  ]);
});

test('a steady background is not speech', () => {
  expect(boundsMs(recording([500, 0.01], [600, 0.2], [500, 0.01]))).toEqual([500, 1_100]);
});

test('soft endings are kept', () => {
  expect(boundsMs(recording([300, 0], [500, 0.5], [100, 0.01], [300, 0]))).toEqual([300, 900]);
});

test('a recording that is all speech is speech from end to end', () => {
  expect(boundsMs(recording([1_000, 0.3]))).toEqual([0, 1_000]);
});

test('a click is not speech', () => {
  expect(boundsMs(recording([500, 0], [10, 0.9], [500, 0], [400, 0.2], [500, 0]))).toEqual([
    1_010, 1_410,
  ]);
});

test.each<[string, Int16Array]>([
  ['nothing', new Int16Array()],
  ['digital silence', recording([2_000, 0])],
  ['less than a hundredth of a per cent', recording([2_000, 0.0005])],
  ['less than a frame', recording([5, 0.5])],
])('%s is no speech', (_, samples) => {
  expect(findSpeech(samples)).toBeUndefined();
});
