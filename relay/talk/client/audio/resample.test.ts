import { expect, test } from 'vitest';
import { resample, toPcm16 } from './resample.ts';

const tone = (hz: number, rateHz: number, seconds = 0.25) =>
  Float32Array.from({ length: rateHz * seconds }, (_, index) =>
    Math.sin((2 * Math.PI * hz * index) / rateHz),
  );

/** Leaves out the ends, where the silence around the recording is heard. */
const middle = (samples: Float32Array) => samples.subarray(500, samples.length - 500);
const power = (samples: Float32Array) =>
  samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;

test.each([8_000, 11_025, 22_050, 24_000, 44_100, 48_000])(
  'a tone survives from %i Hz',
  (fromHz) => {
    const heard = middle(resample(tone(1_000, fromHz), fromHz, 16_000));
    const expected = middle(tone(1_000, 16_000));
    const error = heard.map((sample, index) => sample - expected[index]!);
    // Signal to error of more than 70 dB; the instants must agree for that, too.
    expect(10 * Math.log10(power(expected) / power(error))).toBeGreaterThan(70);
  },
);

test('what the lower rate cannot hold is gone instead of folded back', () => {
  const folded = middle(resample(tone(9_000, 48_000), 48_000, 16_000));
  expect(10 * Math.log10(power(folded))).toBeLessThan(-80);
});

test('a constant stays constant', () => {
  const level = middle(resample(new Float32Array(11_025).fill(0.5), 11_025, 16_000));
  expect(Math.max(...level.map((sample) => Math.abs(sample - 0.5)))).toBeLessThan(1e-6);
});

test('the length follows the rate, and the same rate changes nothing', () => {
  expect(resample(new Float32Array(44_100), 44_100, 16_000)).toHaveLength(16_000);
  const samples = tone(440, 16_000);
  expect(resample(samples, 16_000, 16_000)).toBe(samples);
});

test('what is beyond full scale is held at it', () => {
  expect(toPcm16(Float32Array.of(0, 0.5, 1, -1, 3, -3))).toEqual(
    Int16Array.of(0, 0x4000, 0x7fff, -0x8000, 0x7fff, -0x8000),
  );
});
