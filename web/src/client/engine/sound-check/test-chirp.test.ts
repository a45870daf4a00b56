import { describe, expect, test } from 'vitest';
import { dbfsOf } from '@parley/shared/audio/level';
import {
  CHIRP_INTERVAL_MS,
  CHIRPS,
  findChirp,
  levelWhileChirping,
  makeChirp,
  makeTestSound,
  SIGNAL_HZ,
  type Captured,
} from './test-chirp.ts';

const PLAYED_S = 10.25;
const START_S = 10;

/** Random numbers that are the same each time (mulberry32). */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2_147_483_648 - 1;
  };
}

interface Room {
  readonly delayMs?: number;
  /** Of what the microphone hears of the speaker; 0 is silent. */
  readonly gain?: number;
  readonly noiseRms?: number;
  /** Until it has fallen by 60 dB; the tail is as loud as the direct sound. */
  readonly reverberationMs?: number;
  readonly seed?: number;
}

/** What a microphone takes in while the test sound is played. */
function capturedIn(room: Room): Captured {
  const { delayMs = 80, gain = 0.3, noiseRms = 0.001, reverberationMs = 0, seed = 1 } = room;
  const random = noise(seed);
  const samples = Float32Array.from(
    { length: SIGNAL_HZ * 2.9 },
    () => random() * noiseRms * Math.sqrt(3),
  );
  if (gain === 0) return { samples, startS: START_S };
  const chirp = makeChirp();
  const response = [gain];
  const tail = Math.round((reverberationMs * SIGNAL_HZ) / 1_000);
  // As much energy in the tail as in the direct sound.
  for (let at = 1; at < tail; at += 1) {
    const decay = 10 ** ((-3 * at) / tail);
    response.push(random() * gain * decay * Math.sqrt((3 * 6.9) / tail / 0.5));
  }
  for (let index = 0; index < CHIRPS; index += 1) {
    const playedS = PLAYED_S - START_S + (index * CHIRP_INTERVAL_MS + delayMs) / 1_000;
    const from = Math.round(playedS * SIGNAL_HZ);
    for (const [lag, factor] of response.entries()) {
      // The tail in steps: its fine structure changes nothing here.
      if (lag > 0 && lag % 16 !== 0) continue;
      for (let at = 0; at < chirp.length; at += 1) {
        const target = from + lag + at;
        if (target < samples.length) samples[target]! += chirp[at]! * factor * (lag > 0 ? 4 : 1);
      }
    }
  }
  return { samples, startS: START_S };
}

describe('the test sound', () => {
  test.each([3, 41.5, 187, 340, 650])('is found %d ms after it was played', (delayMs) => {
    const found = findChirp(capturedIn({ delayMs }), PLAYED_S);
    expect(Math.abs((found?.delayMs ?? Infinity) - delayMs)).toBeLessThan(0.5);
  });

  test.each([2, 3, 4])(
    'is found in noise as loud as itself, and in an echoing room (%d)',
    (seed) => {
      const noisy = capturedIn({ gain: 0.02, noiseRms: 0.0035, seed });
      expect(Math.abs((findChirp(noisy, PLAYED_S)?.delayMs ?? Infinity) - 80)).toBeLessThan(1);
      const echoing = capturedIn({ reverberationMs: 600, noiseRms: 0.002, seed });
      expect(Math.abs((findChirp(echoing, PLAYED_S)?.delayMs ?? Infinity) - 80)).toBeLessThan(3);
    },
  );

  test('is not found in silence, noise, hum, a voice or music', () => {
    const silence = capturedIn({ gain: 0, noiseRms: 0 });
    expect(findChirp(silence, PLAYED_S)).toBeNull();
    for (let seed = 1; seed <= 20; seed += 1) {
      expect(findChirp(capturedIn({ gain: 0, noiseRms: 0.05, seed }), PLAYED_S)).toBeNull();
    }
    const made = (sample: (seconds: number) => number): Captured => ({
      startS: START_S,
      samples: Float32Array.from({ length: SIGNAL_HZ * 2.9 }, (_, at) => sample(at / SIGNAL_HZ)),
    });
    const harmonics = (hz: number, seconds: number) =>
      [1, 2, 3, 4, 5, 7, 9, 12].reduce(
        (sum, n) => sum + Math.sin(2 * Math.PI * hz * n * seconds) / n,
        0,
      );
    const sounds = {
      hum: (seconds: number) => 0.1 * harmonics(50, seconds),
      // A pitch that wanders, in syllables.
      voice: (seconds: number) =>
        0.1 *
        Math.abs(Math.sin(seconds * 12)) *
        harmonics(130 + 4 * Math.sin(seconds * 7), seconds),
      music: (seconds: number) =>
        0.05 * [262, 330, 392].reduce((sum, hz) => sum + harmonics(hz, seconds), 0),
    };
    for (const [name, sound] of Object.entries(sounds)) {
      expect(findChirp(made(sound), PLAYED_S), name).toBeNull();
    }
  });

  test('is not found where the microphone took in too little of it', () => {
    expect(findChirp({ samples: new Float32Array(4_000), startS: START_S }, PLAYED_S)).toBeNull();
  });

  test('is as loud as a voice, whole and without a click', () => {
    const sound = makeTestSound();
    expect(sound).toHaveLength((CHIRPS * CHIRP_INTERVAL_MS * SIGNAL_HZ) / 1_000);
    const peak = sound.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0);
    expect(peak).toBeGreaterThan(7_500);
    expect(peak).toBeLessThanOrEqual(8_192);
    expect(Math.abs(sound[0]! - sound[1]!)).toBeLessThan(200);
  });
});

test('the level while chirping is that of what came back, with and without the first chirp', () => {
  const captured = capturedIn({ gain: 0.1, noiseRms: 0 });
  const level = dbfsOf(levelWhileChirping(captured, PLAYED_S, 80));
  // A tone of 0.25 is −15 dBFS, a tenth of it −35.
  expect(level).toBeGreaterThan(-36);
  expect(level).toBeLessThan(-34.5);
  expect(dbfsOf(levelWhileChirping(captured, PLAYED_S, 80, 1))).toBeCloseTo(level, 1);
  expect(levelWhileChirping({ samples: new Float32Array(0), startS: 0 }, PLAYED_S, 80)).toBe(0);
});
