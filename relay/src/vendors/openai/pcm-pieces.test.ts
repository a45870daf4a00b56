import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PcmPieces } from './pcm-pieces.ts';

test('samples are whole however their bytes are cut and wherever they lie', () => {
  const bytes = fc.uint8Array({ maxLength: 60 });
  const cuts = fc.array(fc.nat({ max: 7 }), { maxLength: 12 });
  fc.assert(
    fc.property(bytes, cuts, fc.nat({ max: 3 }), (sent, lengths, offset) => {
      const memory = new Uint8Array(sent.length + offset);
      memory.set(sent, offset);
      const pieces = new PcmPieces();
      const samples: number[] = [];
      let at = offset;
      for (const length of [...lengths, memory.length]) {
        samples.push(...pieces.push(memory.subarray(at, at + length)));
        at = Math.min(memory.length, at + length);
      }
      const whole = sent.slice(0, sent.length & ~1);
      expect(samples).toEqual([...new Int16Array(whole.buffer)]);
      expect(pieces.isBroken).toBe(sent.length % 2 === 1);
    }),
  );
});
