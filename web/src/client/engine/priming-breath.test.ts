import { rmsOf } from '@parley/shared/audio/level';
import { expect, test } from 'vitest';
import { breathSamples, isHeadphones } from './priming-breath.ts';

const dbOf = (samples: Float32Array) => 20 * Math.log10(rmsOf(samples));

test.each([16_000, 44_100, 48_000, 96_000])(
  'at %i Hz the breath holds −30 dBFS for a second, begins and ends softly, and never peaks',
  (rateHz) => {
    const breath = breathSamples(rateHz, randomFrom(rateHz));
    const at = (fromMs: number, toMs: number) =>
      breath.subarray((fromMs * rateHz) / 1_000, (toMs * rateHz) / 1_000);
    expect(Math.abs(dbOf(at(200, 1_200)) + 30)).toBeLessThan(1);
    for (let ms = 200; ms < 1_200; ms += 100) {
      expect(Math.abs(dbOf(at(ms, ms + 100)) + 30), `${ms} ms`).toBeLessThan(2.5);
    }
    expect(dbOf(at(0, 20))).toBeLessThan(-50);
    expect(dbOf(at(1_480, 1_500))).toBeLessThan(-48);
    expect(at(1_500, 1_700).every((sample) => sample === 0)).toBe(true);
    expect(breath.every((sample) => Math.abs(sample) < 0.2)).toBe(true);
  },
);

test('the breath holds every band of speech, the low ones more than the high ones', () => {
  const rateHz = 48_000;
  const breath = breathSamples(rateHz, randomFrom(7)).subarray(9_600, 57_600);
  const levels = [125, 250, 500, 1_000, 2_000, 4_000, 7_000].map((hz) =>
    bandDb(breath, hz, rateHz),
  );
  for (const level of levels) expect(level - levels[0]!).toBeGreaterThan(-20);
  expect(levels.at(-1)! - levels[0]!).toBeLessThan(-6);
});

test.each([
  ['Default - Headphones (Realtek Audio)', true],
  ['WH-1000XM4 Headset', true],
  ['Anna’s AirPods Pro', true],
  ['Galaxy Buds2', true],
  ['Internal Earphones', true],
  ['Speakers (Realtek Audio)', false],
  ['MacBook Pro Speakers', false],
  ['Default', false],
  ['', false],
])('%s: headphones %s', (label, expected) => {
  expect(isHeadphones(label)).toBe(expected);
});

/** Power of a band a third wide, dB, by the mean of single frequencies in it. */
function bandDb(samples: Float32Array, hz: number, rateHz: number): number {
  let power = 0;
  for (let n = 0; n < 20; n += 1) {
    const step = (2 * Math.PI * hz * (0.9 + n / 100)) / rateHz;
    let re = 0;
    let im = 0;
    for (const [at, sample] of samples.entries()) {
      re += sample * Math.cos(step * at);
      im += sample * Math.sin(step * at);
    }
    power += re * re + im * im;
  }
  return 10 * Math.log10(power);
}

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
