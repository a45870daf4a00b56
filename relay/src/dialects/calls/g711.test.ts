import { expect, test } from 'vitest';
import { fromG711, toG711, type Law } from './g711.ts';

/** Of ITU-T G.711: codes as they go over a line, and what they stand for. */
test.each([
  ['pcmu', 0xff, 0],
  ['pcmu', 0x80, 32_124],
  ['pcmu', 0x00, -32_124],
  ['pcma', 0xd5, 8],
  ['pcma', 0xaa, 32_256],
  ['pcma', 0x2a, -32_256],
] as const)('%s %i is %i', (law, code, sample) => {
  expect(fromG711(Uint8Array.of(code), law)[0]).toBe(sample);
  expect(toG711(Int16Array.of(sample), law)[0]).toBe(code);
});

test.each<Law>(['pcmu', 'pcma'])('%s changes no sample by more than its step', (law) => {
  const samples = Int16Array.from({ length: 4_096 }, (_, at) => at * 16 - 32_768);
  const back = fromG711(toG711(samples, law), law);
  for (const [at, sample] of samples.entries()) {
    expect(Math.abs(back[at]! - sample)).toBeLessThanOrEqual(Math.max(16, Math.abs(sample) / 16));
  }
});
