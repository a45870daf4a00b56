import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PcmReader } from './pcm-reader.ts';

const samples = Int16Array.from({ length: 500 }, (_, n) => (n * 7_919) % 32_768);
const bytes = new Uint8Array(samples.buffer);

test.each([[1], [2], [3], [7], [64], [999], [1_000]])(
  'pieces of %i bytes, at any address, give the same samples',
  (size) => {
    const reader = new PcmReader();
    const read: number[] = [];
    for (let at = 0; at < bytes.length; at += size) {
      // Every second piece lies on an odd address.
      const memory = new Uint8Array(size + 2);
      const piece = bytes.subarray(at, at + size);
      const offset = 1 + ((at / size) % 2);
      memory.set(piece, offset);
      read.push(...reader.read(memory.subarray(offset, offset + piece.length)));
    }
    expect(Int16Array.from(read)).toEqual(samples);
  },
);

test('an empty piece changes nothing', () => {
  const reader = new PcmReader();
  expect([...reader.read(Uint8Array.of(1))]).toEqual([]);
  expect([...reader.read(new Uint8Array(0))]).toEqual([]);
  expect([...reader.read(Uint8Array.of(2))]).toEqual([0x0201]);
});

test('whole samples on an even address are not copied', () => {
  expect(new PcmReader().read(bytes).buffer).toBe(bytes.buffer);
});

test('samples are whole however their bytes are cut and wherever they lie', () => {
  const anyBytes = fc.uint8Array({ maxLength: 60 });
  const cuts = fc.array(fc.nat({ max: 7 }), { maxLength: 12 });
  fc.assert(
    fc.property(anyBytes, cuts, fc.nat({ max: 3 }), (sent, lengths, offset) => {
      const memory = new Uint8Array(sent.length + offset);
      memory.set(sent, offset);
      const reader = new PcmReader();
      const read: number[] = [];
      let at = offset;
      for (const length of [...lengths, memory.length]) {
        read.push(...reader.read(memory.subarray(at, at + length)));
        at = Math.min(memory.length, at + length);
      }
      const whole = sent.slice(0, sent.length & ~1);
      expect(read).toEqual([...new Int16Array(whole.buffer)]);
      expect(reader.hasHalfSample).toBe(sent.length % 2 === 1);
    }),
  );
});
