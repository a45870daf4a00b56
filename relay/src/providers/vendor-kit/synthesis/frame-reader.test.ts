import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { WavFormat } from '@parley/shared/audio/wav-reader';
import { sampleReaderFor } from './pcm-reader.ts';

const formatOf = (
  encoding: WavFormat['encoding'],
  bytesPerSample: number,
  channels: number,
): WavFormat => ({
  encoding,
  bytesPerSample,
  channels,
  sampleRateHz: 24_000,
  frameBytes: bytesPerSample * channels,
});

/** The same samples in the bytes of a format, in every channel. */
function encode(samples: readonly number[], format: WavFormat): Uint8Array {
  const { encoding, bytesPerSample: size, channels, frameBytes } = format;
  const bytes = new Uint8Array(samples.length * frameBytes);
  const view = new DataView(bytes.buffer);
  samples.forEach((sample, frame) => {
    for (let channel = 0; channel < channels; channel++) {
      const at = frame * frameBytes + channel * size;
      if (encoding === 'float' && size === 4) view.setFloat32(at, sample / 32_768, true);
      else if (encoding === 'float') view.setFloat64(at, sample / 32_768, true);
      else if (size === 1) view.setUint8(at, sample / 256 + 128);
      else if (size === 2) view.setInt16(at, sample, true);
      else if (size === 4) view.setInt32(at, sample * 65_536, true);
      else {
        view.setUint16(at, (sample * 256) & 0xffff, true);
        view.setInt8(at + 2, sample >> 8);
      }
    }
  });
  return bytes;
}

/** What a reader gives of bytes that arrive in pieces of these lengths, then the rest. */
function read(bytes: Uint8Array, format: WavFormat, lengths: readonly number[]): number[] {
  const reader = sampleReaderFor(format);
  const samples: number[] = [];
  let at = 0;
  for (const length of [...lengths, bytes.length]) {
    samples.push(...reader.read(bytes.subarray(at, at + length)));
    at = Math.min(bytes.length, at + length);
  }
  expect(reader.hasHalfSample).toBe(bytes.length % format.frameBytes !== 0);
  return samples;
}

const anyFormat = fc
  .tuple(
    fc.constantFrom<[WavFormat['encoding'], number]>(
      ['integer', 1],
      ['integer', 2],
      ['integer', 3],
      ['integer', 4],
      ['float', 4],
      ['float', 8],
    ),
    fc.integer({ min: 1, max: 6 }),
  )
  .map(([[encoding, size], channels]) => formatOf(encoding, size, channels));
const anyCuts = fc.array(fc.nat({ max: 11 }), { maxLength: 12 });
/** The values that eight bits distinguish, so that every format holds them exactly. */
const anySamples = fc.array(
  fc.integer({ min: -128, max: 127 }).map((value) => value * 256),
  { maxLength: 20 },
);

test('samples of every kind are the same, however their bytes are cut', () => {
  fc.assert(
    fc.property(
      anySamples,
      anyFormat,
      anyCuts,
      fc.nat({ max: 5 }),
      (samples, format, cuts, odd) => {
        const bytes = encode(samples, format);
        const cutShort = bytes.subarray(0, Math.max(0, bytes.length - odd));
        const whole = Math.floor(cutShort.length / format.frameBytes);
        expect(read(cutShort, format, cuts)).toEqual(samples.slice(0, whole));
      },
    ),
  );
});

test('two channels are mixed, not heard one after the other', () => {
  const stereo = new Uint8Array(Int16Array.of(1_000, 3_000, -200, 200, 32_767, 32_767).buffer);
  expect(read(stereo, formatOf('integer', 2, 2), [3, 3])).toEqual([2_000, 0, 32_767]);
});
