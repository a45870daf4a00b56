import { expect, test } from 'vitest';
import { median, percentile, round } from './statistics.ts';

test('a percentile is one of the values, in any order', () => {
  const values = [5, 1, 4, 2, 3];
  expect([0, 0.2, 0.5, 0.99, 1].map((share) => percentile(values, share))).toEqual([1, 1, 3, 5, 5]);
  expect(percentile([7], 0.5)).toBe(7);
  expect(percentile([], 0.5)).toBeNaN();
});

test('the median of an even number lies between the two in the middle', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([9, 1, 5, 4])).toBe(4.5);
  expect(median([])).toBeNaN();
});

test('rounding gives a number', () => {
  expect(round(1.2345, 2)).toBe(1.23);
  expect(round(2, 2)).toBe(2);
});
