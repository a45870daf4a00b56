import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinPcm16 } from './pcm16.ts';
import { Pcm16Resampler, resamplePcm16 } from './pcm16-resampler.ts';

const tone = (hz: number, rateHz: number, seconds = 0.25, level = 20_000) =>
  Int16Array.from({ length: rateHz * seconds }, (_, index) =>
    Math.round(level * Math.sin((2 * Math.PI * hz * index) / rateHz)),
  );

function resampled(samples: Int16Array, fromHz: number, toHz: number, cuts: number[] = []) {
  const resampler = new Pcm16Resampler(fromHz, toHz);
  const pieces: Int16Array[] = [];
  let at = 0;
  for (const cut of cuts) {
    pieces.push(resampler.push(samples.subarray(at, at + cut)));
    at += cut;
  }
  pieces.push(resampler.push(samples.subarray(at)), resampler.flush());
  return joinPcm16(pieces);
}

/** Leaves out the ends, which have the silence around the recording. */
const middle = (samples: Int16Array) => [...samples.subarray(500, samples.length - 500)];
const decibels = (samples: readonly number[]) =>
  10 * Math.log10(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);

test.each([
  [16_000, 24_000],
  [24_000, 16_000],
  [16_000, 44_100],
  [44_100, 16_000],
  [16_000, 48_000],
  [48_000, 24_000],
])('a tone of %i Hz audio survives as %i Hz audio, at the same instants', (fromHz, toHz) => {
  const heard = middle(resampled(tone(1_000, fromHz), fromHz, toHz));
  const expected = middle(tone(1_000, toHz));
  const error = heard.map((sample, index) => sample - expected[index]!);
  // Rounding to 16 bits alone leaves about 90 dB at this level.
  expect(decibels(expected) - decibels(error)).toBeGreaterThan(70);
});

test('what the lower rate cannot hold is gone instead of folded back', () => {
  const folded = middle(resampled(tone(9_000, 48_000), 48_000, 16_000));
  expect(decibels(tone(9_000, 48_000) as unknown as number[]) - decibels(folded)).toBeGreaterThan(
    70,
  );
});

test('how the stream is cut changes nothing', () => {
  const samples = tone(700, 16_000, 0.05);
  for (const toHz of [24_000, 44_100, 8_000]) {
    const whole = resampled(samples, 16_000, toHz);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 90 }), { maxLength: 8 }), (cuts) => {
        expect(resampled(samples, 16_000, toHz, cuts)).toEqual(whole);
      }),
      { numRuns: 40 },
    );
  }
});

test('the length follows the rate, however short the stream', () => {
  for (const length of [0, 1, 2, 3, 1_600])
    expect(resampled(new Int16Array(length), 16_000, 24_000)).toHaveLength(Math.ceil(length * 1.5));
});

test('output is at most 3 ms behind', () => {
  const out = new Pcm16Resampler(16_000, 24_000).push(new Int16Array(1_600));
  expect(out.length).toBeGreaterThan(2_400 - 72);
});

test('after a flush it begins anew', () => {
  const resampler = new Pcm16Resampler(16_000, 24_000);
  const once = () => [...resampler.push(tone(300, 16_000, 0.02)), ...resampler.flush()];
  expect(once()).toEqual(once());
});

test('the same rate changes nothing, and the result is a copy', () => {
  const samples = tone(440, 16_000, 0.01);
  const resampler = new Pcm16Resampler(16_000, 16_000);
  const out = resampler.push(samples);
  expect(out).toEqual(samples);
  expect(out.buffer).not.toBe(samples.buffer);
  expect(resampler.flush()).toHaveLength(0);
});

test('what is beyond full scale is held at it', () => {
  const square = Int16Array.from({ length: 400 }, (_, n) => (n % 40 < 20 ? 32_767 : -32_768));
  const out = resampled(square, 16_000, 24_000);
  expect(Math.max(...out)).toBe(32_767);
  expect(Math.min(...out)).toBe(-32_768);
});

test.each([
  [0, 16_000],
  [16_000.5, 16_000],
  [16_000, -1],
  [767_999, 1_000],
])('rates that make no sense together are refused: %d to %d', (fromHz, toHz) => {
  expect(() => new Pcm16Resampler(fromHz, toHz)).toThrow(RangeError);
});

test('a whole recording lasts as long at another rate, and is the same samples as its pieces', () => {
  const samples = tone(300, 24_000, 0.3);
  const whole = resamplePcm16(samples, 24_000, 16_000);
  expect(whole).toHaveLength(4_800);
  expect(whole).toEqual(resampled(samples, 24_000, 16_000, [7, 2_500, 11]));
  expect(resamplePcm16(samples, 24_000, 24_000)).toBe(samples);
});
