import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinPcm16, PCM16_SCALE, toPcm16 } from './pcm16.ts';

test('floats beyond full scale are clipped', () => {
  expect(toPcm16(Float32Array.of(0, 0.5, 1, -1, 3, -3))).toEqual(
    Int16Array.of(0, 0x4000, 0x7fff, -0x8000, 0x7fff, -0x8000),
  );
});

test('every PCM16 sample survives as a float', () => {
  const every = Int16Array.from({ length: 0x1_0000 }, (_, index) => index - 0x8000);
  expect(toPcm16(Float32Array.from(every, (sample) => sample * PCM16_SCALE))).toEqual(every);
});

test('joined pieces follow one another', () => {
  fc.assert(
    fc.property(fc.array(fc.int16Array({ maxLength: 20 }), { maxLength: 6 }), (pieces) => {
      expect([...joinPcm16(pieces)]).toEqual(pieces.flatMap((piece) => [...piece]));
    }),
  );
});
