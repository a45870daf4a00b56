import { rmsOf } from '@parley/shared/audio/level';
import { describe, expect, it } from 'vitest';
import { babble, inNoise, overdriven, pinkNoise, speechLevel } from './room-noise.ts';

const RATE_HZ = 16_000;
const silence = new Int16Array(RATE_HZ);
const tone = Int16Array.from({ length: RATE_HZ }, (_, at) => 5_000 * Math.sin(at / 5));
const speech = Int16Array.from([...silence, ...tone, ...silence]);

describe('noise in a room', () => {
  it('is mixed as far below the speech as asked for, whose pauses do not count', () => {
    for (const noise of [pinkNoise(speech.length, 1), babble([speech, tone], speech.length, 1)]) {
      const noisy = inNoise(speech, noise, 20, 'throughout');
      const added = noisy.map((sample, at) => sample - speech[at]!);
      expect(20 * Math.log10(speechLevel(speech) / rmsOf(added))).toBeCloseTo(20, 0);
      expect(inNoise(speech, noise, 20, 'throughout')).toEqual(noisy);
    }
  });

  it('is nowhere else if it is under speech only', () => {
    const noisy = inNoise(speech, pinkNoise(speech.length, 1), 20, 'under speech');
    expect(noisy.subarray(0, RATE_HZ - 320)).toEqual(silence.subarray(0, RATE_HZ - 320));
    expect(noisy.subarray(2 * RATE_HZ + 320)).toEqual(silence.subarray(320));
    expect(noisy.subarray(RATE_HZ, 2 * RATE_HZ)).not.toEqual(tone);
  });

  it('is another with each seed, and has as much power in each octave', () => {
    const noise = pinkNoise(4 * RATE_HZ, 1);
    expect(pinkNoise(4 * RATE_HZ, 2)).not.toEqual(noise);
    // The mean of neighbours halves the power of white noise; of pink noise it leaves most.
    const smooth = noise.map((sample, at) => (sample + (noise[at - 1] ?? 0)) / 2);
    expect(rmsOf(smooth) / rmsOf(noise)).toBeGreaterThan(0.85);
  });
});

it('clips what a microphone takes too loudly', () => {
  const loud = overdriven(tone, 24);
  expect(Math.max(...loud)).toBe(32_767);
  expect(Math.min(...loud)).toBe(-32_768);
});
