import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Backoff } from './backoff.ts';

const delays = (random: () => number, count: number) => {
  const backoff = new Backoff(random);
  return Array.from({ length: count }, () => backoff.nextDelayMs());
};

test('the first attempt is made at once, the bound then doubles up to 30 seconds', () => {
  expect(delays(() => 1, 9)).toEqual([
    0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
  ]);
});

test('the jitter is full: any moment up to the bound', () => {
  expect(delays(() => 0, 4)).toEqual([0, 0, 0, 0]);
  expect(delays(() => 0.25, 4)).toEqual([0, 250, 500, 1_000]);
});

test('never waits longer than 30 seconds, however often it fails', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (random) => {
      for (const delay of delays(() => random, 100)) {
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(30_000);
      }
    }),
    { numRuns: 20 },
  );
});

test('a success makes the next attempt immediate again', () => {
  const backoff = new Backoff(() => 1);
  for (let n = 0; n < 5; n += 1) backoff.nextDelayMs();
  expect(backoff.attempt).toBe(5);
  backoff.reset();
  expect(backoff.nextDelayMs()).toBe(0);
});

test('a server that asked for time is not tried at once', () => {
  const backoff = new Backoff(() => 1);
  backoff.skipFirst();
  expect(backoff.nextDelayMs()).toBe(2_000);
});
