import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ENOUGH_TURNS, percentile, percentilesOf, shownPercentiles } from './statistics.ts';

test('a percentile is a value that occurred, and of an even number the lower of the middle ones', () => {
  expect(percentile([50, 10, 40, 20, 30], 0.5)).toBe(30);
  expect(percentile([1_500, 751, 600, 1_449, 700, 1_300], 0.5)).toBe(751);
  expect(percentile([7], 0.5)).toBe(7);
  expect(percentile([], 0.5)).toBeNaN();
});

test('the 95th and 99th of a hundred stand at their rank', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentilesOf(values)).toEqual({ count: 100, p50: 50, p95: 95, p99: 99 });
  expect(percentilesOf([])).toEqual({ count: 0, p50: null, p95: null, p99: null });
});

test('p95 and p99 are shown from twenty turns on', () => {
  const turns = Array.from({ length: ENOUGH_TURNS }, (_, index) => 100 + index);
  expect(shownPercentiles(percentilesOf(turns))).toMatchObject({ p50: 109, p95: 118, p99: 119 });
  const few = shownPercentiles(percentilesOf(turns.slice(1)));
  expect(few).toEqual({ count: 19, p50: 110, p95: null, p99: null });
});

test('at least the share of all values does not exceed it, and fewer do not exceed any below', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true, min: 0, max: 60_000 }), { minLength: 1 }),
      fc.double({ noNaN: true, min: 0, max: 1 }),
      (values, share) => {
        const found = percentile(values, share);
        expect(values).toContain(found);
        const upTo = values.filter((value) => value <= found).length;
        const below = values.filter((value) => value < found).length;
        expect(upTo).toBeGreaterThanOrEqual(share * values.length);
        expect(below === 0 || below < share * values.length).toBe(true);
      },
    ),
  );
});
