import { expect, test } from 'vitest';
import { Tally } from './tally.ts';

test('counts what was answered and what failed', () => {
  const tally = new Tally();
  for (let ms = 1; ms <= 198; ms++) tally.took(ms);
  tally.failed(new Error('late'));
  tally.failed(new Error('late'));
  expect(tally.figures()).toEqual({
    count: 200,
    errors: 2,
    error_rate: 0.01,
    avg: 99.5,
    min: 1,
    max: 198,
    p50: 99,
    p99: 197,
  });
  expect(tally.problems).toEqual([['late', 2]]);
});

test('has no times if there was no answer', () => {
  expect(new Tally().figures()).toMatchObject({ count: 0, error_rate: 0, avg: Number.NaN });
});
