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

test('half a sample does not leak into the next stream', () => {
  const reader = new PcmReader();
  reader.read(Uint8Array.of(9));
  reader.reset();
  expect([...reader.read(Uint8Array.of(1, 2))]).toEqual([0x0201]);
});
