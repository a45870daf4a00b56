import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AudibleEnd } from './audible-end.ts';

const HZ = 16_000;
const FRAME = 512;
const START_MS = 50_000;

/** A vowel of 150 Hz whose level is a function of the time, over noise; captured from `START_MS` on. */
function captured(
  levelAt: (ms: number) => number,
  { lengthMs = 3_000, noise = 0.000_5, gain = 1 } = {},
): AudibleEnd {
  const end = new AudibleEnd();
  // A generator of its own: the same noise every time.
  let seed = 7;
  const random = () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 1_073_741_823.5 - 1;
  };
  const samples = Float32Array.from({ length: (lengthMs * HZ) / 1_000 }, (_, n) => {
    const tone =
      Math.sin((2 * Math.PI * 150 * n) / HZ) + 0.3 * Math.sin((2 * Math.PI * 1_900 * n) / HZ);
    const sample = gain * (levelAt((n * 1_000) / HZ) * tone + noise * random());
    return Math.max(-1, Math.min(1, sample));
  });
  for (let at = 0; at + FRAME <= samples.length; at += FRAME) {
    end.push(samples.subarray(at, at + FRAME), START_MS + (at * 1_000) / HZ);
  }
  return end;
}

/** Speech with a level of 0.4 from 300 ms until `untilMs`. */
const speech = (untilMs: number) => (ms: number) => (ms >= 300 && ms < untilMs ? 0.4 : 0);

describe('the end is found to 10 ms, wherever the detector puts it', () => {
  test.each([0, 30, 60, 110, 200])('%i ms late', (lagMs) => {
    const found = captured(speech(1_500)).near(START_MS + 1_500 + lagMs)!;
    expect(Math.abs(found - START_MS - 1_500)).toBeLessThan(10);
  });

  test('or too early, for it missed a last word', () => {
    const words = (ms: number) => (ms < 1_200 ? speech(1_000)(ms) : speech(1_500)(ms) * 0.7);
    const found = captured(words).near(START_MS + 1_050)!;
    expect(Math.abs(found - START_MS - 1_500)).toBeLessThan(10);
  });

  test('after the closure before a plosive', () => {
    const plosive = (ms: number) => (ms >= 1_590 && ms < 1_605 ? 0.1 : speech(1_500)(ms));
    const found = captured(plosive).near(START_MS + 1_560)!;
    expect(Math.abs(found - START_MS - 1_605)).toBeLessThan(10);
  });

  test('for any loudness, and with a noise 30 dB below the speech', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.02, max: 2, noNaN: true }), (gain) => {
        const heard = captured(speech(1_500), { gain, noise: 0.012 });
        const found = heard.near(START_MS + 1_580)!;
        expect(Math.abs(found - START_MS - 1_500)).toBeLessThan(10);
      }),
      { numRuns: 20 },
    );
  });

  test('when it is clipped', () => {
    const found = captured(speech(1_500), { gain: 10 }).near(START_MS + 1_580)!;
    expect(Math.abs(found - START_MS - 1_500)).toBeLessThan(10);
  });
});

test('a soft ending is heard until it is 34 dB below the loudest', () => {
  // 20 dB in 200 ms.
  const soft = (ms: number) =>
    speech(1_500)(Math.min(ms, 1_499)) * 10 ** -(Math.max(0, ms - 1_500) / 200);
  const found = captured(soft).near(START_MS + 1_700)!;
  expect(found - START_MS).toBeGreaterThan(1_800);
  expect(found - START_MS).toBeLessThan(1_870);
});

test('a click long after the end is not speech', () => {
  const click = (ms: number) => (ms >= 1_750 && ms < 1_755 ? 0.4 : speech(1_500)(ms));
  const found = captured(click).near(START_MS + 1_580)!;
  expect(Math.abs(found - START_MS - 1_500)).toBeLessThan(10);
});

test('speech that hardly stands out from the noise has no end to be found', () => {
  expect(captured(speech(1_500), { noise: 0.3 }).near(START_MS + 1_580)).toBeUndefined();
  expect(captured(() => 0).near(START_MS + 1_500)).toBeUndefined();
});

test('what was heard before the microphone was muted is not looked for', () => {
  const heard = captured(speech(1_500));
  for (let n = 0; n < 30; n += 1) {
    heard.push(new Float32Array(FRAME).fill(n < 10 ? 0.4 : 0.001), START_MS + 60_000 + n * 32);
  }
  expect(Math.abs(heard.near(START_MS + 60_400)! - START_MS - 60_320)).toBeLessThan(10);
  expect(heard.near(START_MS + 59_500)).toBeUndefined();
});

test('what is not kept is not looked for', () => {
  const heard = captured(speech(1_500), { lengthMs: 9_000 });
  expect(heard.near(START_MS + 1_580)).toBeUndefined();
  expect(heard.near(START_MS + 60_000)).toBeUndefined();
  expect(new AudibleEnd().near(0)).toBeUndefined();
});
