import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeWav } from './wav-writer.ts';
import { WavStream } from './wav-stream.ts';

const SAMPLES = Int16Array.from({ length: 50 }, (_, index) => index * 7 - 100);
const FILE = Buffer.from(encodeWav(SAMPLES, 22_050));

function samplesIn(file: Uint8Array, lengths: readonly number[] = []) {
  const stream = new WavStream();
  const found: number[] = [];
  let at = 0;
  for (const length of [...lengths, file.length]) {
    found.push(...stream.push(file.subarray(at, at + length)));
    at += length;
  }
  return { bytes: Buffer.from(found), rateHz: stream.format?.sampleRateHz };
}

const whole = { bytes: FILE.subarray(44), rateHz: 22_050 };

/** The same file with something changed. */
function changed(change: (file: Buffer) => void): Buffer {
  const file = Buffer.from(FILE);
  change(file);
  return file;
}

describe('WavStream', () => {
  test('finds the samples wherever the network cuts the file', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 30 }), { maxLength: 8 }), (lengths) => {
        expect(samplesIn(FILE, lengths)).toEqual(whole);
      }),
    );
  });

  test.each([0, 0xffff_ffff])('believes no length of %i, which is sent ahead of time', (length) => {
    expect(samplesIn(changed((file) => file.writeUInt32LE(length, 40)))).toEqual(whole);
  });

  test('leaves out what stands before and after the samples', () => {
    const list = Buffer.from('LIST\x05\x00\x00\x00Lavf!\x00', 'latin1');
    const file = Buffer.concat([FILE.subarray(0, 36), list, FILE.subarray(36), list]);
    expect(samplesIn(file)).toEqual(whole);
  });

  test('says what the samples are like', () => {
    const stream = new WavStream();
    stream.push(
      changed((file) => {
        file.writeUInt16LE(2, 22);
        file.writeUInt16LE(8, 34);
      }),
    );
    expect(stream.format).toMatchObject({ encoding: 'integer', channels: 2, bytesPerSample: 1 });
  });

  test.each([
    ['an MP3', Buffer.from('ID3\x04\x00 and so on until there is enough')],
    ['A-law', changed((file) => file.writeUInt16LE(6, 20))],
    ['12 bits', changed((file) => file.writeUInt16LE(12, 34))],
    ['no channels', changed((file) => file.writeUInt16LE(0, 22))],
    ['no format', Buffer.concat([FILE.subarray(0, 12), FILE.subarray(36)])],
    ['no end', Buffer.concat([FILE.subarray(0, 12), Buffer.alloc(70_000, 'LIST\xff\xff\xff\x7f')])],
  ])('refuses %s', (_what, file) => {
    expect(() => samplesIn(file)).toThrow(RangeError);
  });
});
