import { expect, test } from 'vitest';
import { joinVoices } from './join-voices.ts';

test('pieces and voices follow one another', () => {
  const joined = joinVoices([
    { pieces: [Int16Array.of(1, 2), Int16Array.of(3)], sampleRateHz: 16_000 },
    { pieces: [Int16Array.of(4)], sampleRateHz: 16_000 },
  ]);
  expect(joined).toEqual({ samples: Int16Array.of(1, 2, 3, 4), sampleRateHz: 16_000 });
});

test('a voice at another rate lasts as long as it did', () => {
  const joined = joinVoices([
    { pieces: [new Int16Array(160)], sampleRateHz: 16_000 },
    { pieces: [new Int16Array(240)], sampleRateHz: 24_000 },
  ]);
  expect(joined?.samples).toHaveLength(320);
});

test('there is nothing to join without a voice', () => {
  expect(joinVoices([])).toBeUndefined();
});
