import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sincKernel } from './sinc-kernel.ts';
import { resample, StreamResampler } from './stream-resampler.ts';

const SECOND = 1;

function tone(hz: number, rateHz: number, seconds = SECOND): Float32Array {
  return Float32Array.from({ length: rateHz * seconds }, (_, n) =>
    Math.sin((2 * Math.PI * hz * n) / rateHz),
  );
}

/** Level of the signal's middle (its ends fade through the filter) against a full tone, dB. */
function levelDb(signal: Float32Array): number {
  const middle = signal.subarray(signal.length / 4, (signal.length * 3) / 4);
  let sum = 0;
  for (const sample of middle) sum += sample * sample;
  return 10 * Math.log10((2 * sum) / middle.length);
}

describe.each([44_100, 48_000, 96_000])('from %d Hz to 16 kHz', (deviceHz) => {
  test.each([100, 1_000, 3_400, 6_500])('keeps a tone of %d Hz within 0.1 dB', (hz) => {
    const output = resample(tone(hz, deviceHz), deviceHz, 16_000);
    expect(output.length).toBe(16_000);
    expect(Math.abs(levelDb(output))).toBeLessThan(0.1);
  });

  test.each([8_100, 9_500, 12_000, 20_000])('suppresses the alias of %d Hz', (hz) => {
    expect(levelDb(resample(tone(hz, deviceHz), deviceHz, 16_000))).toBeLessThan(-70);
  });

  test('keeps every sample at its time', () => {
    const output = resample(tone(440, deviceHz), deviceHz, 16_000);
    const expected = tone(440, 16_000);
    let error = 0;
    for (let n = 1_000; n < 15_000; n += 1) {
      error = Math.max(error, Math.abs(output[n]! - expected[n]!));
    }
    expect(error).toBeLessThan(1e-3);
  });
});

test.each([
  [16_000, 48_000],
  [16_000, 44_100],
  [24_000, 44_100],
  [22_050, 48_000],
  [48_000, 44_100],
  [8_000, 48_000],
  [16_001, 47_999],
])('plays %d Hz at %d Hz without images', (voiceHz, contextHz) => {
  const output = resample(tone(1_000, voiceHz), voiceHz, contextHz);
  const expected = tone(1_000, contextHz);
  let error = 0;
  for (let n = 2_000; n < contextHz - 2_000; n += 1) {
    error = Math.max(error, Math.abs(output[n]! - expected[n]!));
  }
  expect(error).toBeLessThan(2e-3);
});

test.each([8_000, 11_025, 22_050, 24_000, 44_100, 48_000])(
  'a recording at %i Hz survives at 16 kHz',
  (fromHz) => {
    const heard = resample(tone(1_000, fromHz), fromHz, 16_000).subarray(500, -500);
    const expected = tone(1_000, 16_000).subarray(500, -500);
    const error = heard.map((sample, index) => sample - expected[index]!);
    // Signal to error of more than 70 dB; the instants must agree for that, too.
    expect(levelDb(expected) - levelDb(error)).toBeGreaterThan(70);
  },
);

test('what the lower rate cannot hold is gone instead of folded back', () => {
  const folded = resample(tone(9_000, 48_000), 48_000, 16_000);
  // 3 dB above its power, so 80 dB below full scale is −77 here.
  expect(levelDb(folded)).toBeLessThan(-77);
});

test('a constant stays constant', () => {
  const level = resample(new Float32Array(11_025).fill(0.5), 11_025, 16_000).subarray(500, -500);
  expect(Math.max(...level.map((sample) => Math.abs(sample - 0.5)))).toBeLessThan(1e-6);
});

test('a recording at an equal rate is the same', () => {
  const samples = tone(440, 16_000);
  expect(resample(samples, 16_000, 16_000)).toBe(samples);
});

test('a stream at an equal rate is the same samples', () => {
  const input = Float32Array.from({ length: 500 }, (_, n) => Math.sin(n * n));
  const resampler = new StreamResampler({ inputHz: 48_000, outputHz: 48_000, capacity: 500 });
  resampler.push(input);
  resampler.end();
  const output = new Float32Array(resampler.available);
  resampler.pull(output);
  expect(output).toEqual(input);
});

test('blocks of any size give the same samples as one piece', () => {
  fc.assert(
    fc.property(
      fc.constantFrom<readonly [number, number]>(
        [44_100, 16_000],
        [48_000, 16_000],
        [16_000, 44_100],
        [16_000, 48_000],
      ),
      fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 300 }),
      ([inputHz, outputHz], blocks, pullSize) => {
        const length = blocks.reduce((sum, block) => sum + block, 0);
        const input = Float32Array.from({ length }, (_, n) => Math.sin(n * 0.05) * Math.cos(n * n));
        const resampler = new StreamResampler({
          inputHz: inputHz,
          outputHz: outputHz,
          capacity: 700,
        });
        const pulled: number[] = [];
        const block = new Float32Array(pullSize);
        const drain = () => {
          for (let n = resampler.pull(block); n > 0; n = resampler.pull(block)) {
            pulled.push(...block.subarray(0, n));
          }
        };
        let from = 0;
        for (const size of blocks) {
          expect(resampler.push(input.subarray(from, from + size))).toBe(size);
          from += size;
          drain();
        }
        resampler.end();
        drain();
        expect(Float32Array.from(pulled)).toEqual(resample(input, inputHz, outputHz));
      },
    ),
    { numRuns: 60 },
  );
});

test('what was rewound is pulled again, the same', () => {
  const resampler = new StreamResampler({
    inputHz: 16_000,
    outputHz: 44_100,
    capacity: 4_000,
    historyOutputs: 600,
  });
  resampler.push(tone(300, 16_000).subarray(0, 4_000));
  const before = new Float32Array(5_000);
  resampler.pull(before);
  const position = resampler.inputPosition;
  resampler.rewind(600);
  // More input arrives meanwhile and room has to be made for it.
  resampler.push(tone(300, 16_000).subarray(4_000, 5_500));
  const again = new Float32Array(600);
  resampler.pull(again);
  expect(again).toEqual(before.subarray(4_400));
  expect(resampler.inputPosition).toBeCloseTo(position, 6);
});

test('takes no more than it has room for', () => {
  const resampler = new StreamResampler({
    inputHz: 16_000,
    outputHz: 48_000,
    capacity: 1_000,
  });
  let taken = 0;
  for (let n = 0; n < 20; n += 1) taken += resampler.push(new Float32Array(100));
  expect(taken).toBeGreaterThanOrEqual(1_000);
  expect(taken).toBeLessThan(1_200);
});

test.each([0, -1, 44_100.5, Number.NaN])('refuses a rate of %d', (rate) => {
  expect(() => sincKernel(rate, 16_000)).toThrow(RangeError);
});
