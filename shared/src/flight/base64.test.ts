import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromBase64, toBase64 } from './base64.ts';

test('samples come back as they were, from the middle of a buffer too', () => {
  const samples = fc.int16Array({ minLength: 1, maxLength: 9_000, size: 'max' });
  fc.assert(
    fc.property(samples, fc.nat(5), (all, from) => {
      const some = all.subarray(Math.min(from, all.length));
      expect(fromBase64(toBase64(some))).toEqual(new Int16Array(some));
    }),
    { numRuns: 30 },
  );
});

test.each([['?'], ['AAAA'], ['A']])('%j is not audio', (text) => {
  expect(fromBase64(text)).toBeUndefined();
});
