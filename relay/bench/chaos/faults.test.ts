import { expect, test } from 'vitest';
import { FAULT_KINDS, lossDelayMs, strikes, type Strike } from './faults.ts';
import { seeded } from './random.ts';

function first(count: number, seed: number): readonly Strike[] {
  const coming = strikes(seed);
  return Array.from({ length: count }, () => coming.next().value);
}

test('a seed gives the same faults again, and another seed others', () => {
  expect(first(50, 7)).toEqual(first(50, 7));
  expect(first(50, 7)).not.toEqual(first(50, 8));
});

test('faults of each kind come, and leave time in between', () => {
  const all = first(500, 3);
  expect(new Set(all.map(({ fault }) => fault.kind))).toEqual(new Set(FAULT_KINDS));
  expect(Math.min(...all.map(({ afterMs }) => afterMs))).toBeGreaterThanOrEqual(300);
});

test('three in ten packets are late by retransmissions, none by more than three seconds', () => {
  const random = seeded(1);
  const delays = Array.from({ length: 10_000 }, () => lossDelayMs(random));
  const late = delays.filter((delayMs) => delayMs > 0);
  expect(late.length / delays.length).toBeCloseTo(0.3, 1);
  expect(Math.min(...late)).toBe(200);
  expect(Math.max(...delays)).toBe(3_000);
});
