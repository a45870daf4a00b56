import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toPcm16 } from './pcm16.ts';
import { readWav, WavError } from './wav-reader.ts';
import { encodeWav } from './wav-writer.ts';

interface WavOptions {
  readonly code?: number;
  readonly channels?: number;
  readonly rate?: number;
  readonly bits?: number;
  readonly extensible?: boolean;
  readonly dataSize?: number;
}

const number = (value: number, bytes: number) =>
  Array.from({ length: bytes }, (_, index) => (value >>> (8 * index)) & 0xff);
const text = (value: string) => [...value].map((character) => character.charCodeAt(0));
const chunk = (name: string, body: readonly number[], size = body.length) => [
  ...text(name),
  ...number(size, 4),
  ...body,
  ...(body.length % 2 === 1 ? [0] : []),
];

function format(options: WavOptions): number[] {
  const { code = 1, channels = 1, rate = 8_000, bits = 16, extensible = false } = options;
  const base = [
    ...number(extensible ? 0xfffe : code, 2),
    ...number(channels, 2),
    ...number(rate, 4),
    ...number((rate * channels * bits) / 8, 4),
    ...number((channels * bits) / 8, 2),
    ...number(bits, 2),
  ];
  const guidTail = Array.from({ length: 14 }, () => 0);
  return extensible
    ? [
        ...base,
        ...number(22, 2),
        ...number(bits, 2),
        ...number(0, 4),
        ...number(code, 2),
        ...guidTail,
      ]
    : base;
}

function riff(...chunks: readonly (readonly number[])[]): Uint8Array {
  const body = [...text('WAVE'), ...chunks.flat()];
  return Uint8Array.from([...text('RIFF'), ...number(body.length, 4), ...body]);
}

function wav(data: readonly number[], options: WavOptions = {}): Uint8Array {
  return riff(chunk('fmt ', format(options)), chunk('data', data, options.dataSize));
}

const bytesOf = (view: ArrayBufferView) => [
  ...new Uint8Array(view.buffer, view.byteOffset, view.byteLength),
];
const read = (bytes: Uint8Array) => [...readWav(bytes).samples];

describe('every width of sample comes out on the same scale', () => {
  test.each<[string, Uint8Array]>([
    ['8-bit', wav([128, 192, 64], { bits: 8 })],
    ['16-bit', wav(bytesOf(Int16Array.of(0, 0x4000, -0x4000)))],
    ['24-bit', wav([0, 0, 0, 0, 0, 0x40, 0, 0, 0xc0], { bits: 24 })],
    ['32-bit', wav(bytesOf(Int32Array.of(0, 0x4000_0000, -0x4000_0000)), { bits: 32 })],
    ['float', wav(bytesOf(Float32Array.of(0, 0.5, -0.5)), { code: 3, bits: 32 })],
    ['double', wav(bytesOf(Float64Array.of(0, 0.5, -0.5)), { code: 3, bits: 64 })],
    ['extensible', wav(bytesOf(Int16Array.of(0, 0x4000, -0x4000)), { extensible: true })],
  ])('%s', (_, bytes) => {
    expect(read(bytes)).toEqual([0, 0.5, -0.5]);
  });
});

test('channels are mixed', () => {
  const bytes = wav(bytesOf(Int16Array.of(0x4000, 0, -0x4000, -0x4000)), {
    channels: 2,
    rate: 44_100,
  });
  expect(readWav(bytes)).toEqual({ sampleRateHz: 44_100, samples: Float32Array.of(0.25, -0.5) });
});

test('foreign chunks, an odd one among them, are stepped over', () => {
  const bytes = riff(
    chunk('LIST', [1, 2, 3]),
    chunk('fmt ', format({})),
    chunk('fact', [0, 0, 0, 0]),
    chunk('data', bytesOf(Int16Array.of(0x4000))),
    chunk('id3 ', [9]),
  );
  expect(read(bytes)).toEqual([0.5]);
});

test.each([0, 0xffff_ffff, 4_000])(
  'a size of %i that was never filled in is seen through',
  (size) => {
    expect(read(wav(bytesOf(Int16Array.of(0x4000, 0)), { dataSize: size }))).toEqual([0.5, 0]);
  },
);

test('half a sample at the end of a file that was cut is left out', () => {
  expect(read(wav([0, 0x40, 0]))).toEqual([0.5]);
});

test('what is not a number is silence', () => {
  const bytes = wav(bytesOf(Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, 0.5)), {
    code: 3,
    bits: 32,
  });
  expect(read(bytes)).toEqual([0, 0, 0.5]);
});

test.each<[string, Uint8Array]>([
  ['is empty', new Uint8Array()],
  ['is not a WAV file', Uint8Array.from(text('OggS and more'))],
  ['is not a WAV file', Uint8Array.from(text('RIFF'))],
  ['without a format', riff(chunk('data', [1, 2]))],
  ['without any sound', wav([])],
  ['without any sound', riff(chunk('fmt ', format({})))],
  ['format 6, 8 bits', wav([1, 2], { code: 6, bits: 8 })],
  ['format 1, 12 bits', wav([1, 2], { bits: 12 })],
  ['damaged format', wav([1, 2], { channels: 0 })],
  ['damaged format', wav([1, 2], { rate: 0 })],
  ['damaged format', riff(chunk('fmt ', [1, 0]), chunk('data', [1, 2]))],
])('one that %s is refused in words', (words, bytes) => {
  expect(() => readWav(bytes)).toThrow(WavError);
  expect(() => readWav(bytes)).toThrow(words);
});

test('what is written can be read', () => {
  fc.assert(
    fc.property(
      fc.int16Array({ minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1_000, max: 768_000 }),
      (samples, sampleRateHz) => {
        const decoded = readWav(encodeWav(samples, sampleRateHz));
        expect(decoded.sampleRateHz).toBe(sampleRateHz);
        expect(toPcm16(decoded.samples)).toEqual(samples);
      },
    ),
  );
});

test('no bytes make the reader fail in another way than by refusing them', () => {
  const file = encodeWav(Int16Array.of(1, 2, 3), 16_000);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat({ max: file.length - 1 }), fc.nat({ max: 255 })), { maxLength: 6 }),
      fc.nat({ max: file.length }),
      (changes, length) => {
        const bytes = file.slice();
        for (const [at, value] of changes) bytes[at] = value;
        const error = thrownBy(() => readWav(bytes.subarray(0, length)));
        expect(error === undefined || error instanceof WavError).toBe(true);
      },
    ),
  );
});

function thrownBy(action: () => unknown): unknown {
  try {
    action();
    return undefined;
  } catch (error) {
    return error;
  }
}
