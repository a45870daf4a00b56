import { expect, test } from 'vitest';
import type { Figure } from './figures.ts';
import { judge, medianInterval } from './verdict.ts';

const cpu: Figure = {
  better: 'lower',
  by: 'ratio',
  words: ['slower', 'faster'],
  threshold: 0.05,
  isExact: false,
};
const success: Figure = { ...cpu, better: 'higher', by: 'difference', threshold: 2 };

/** Pairs with a base of 100. */
const pairs = (...heads: readonly number[]) => heads.map((head) => ({ head, base: 100 }));
/** As many as the least for a verdict, evenly from one value to another. */
const spread = (from: number, to: number) =>
  pairs(...Array.from({ length: 6 }, (_, n) => from + ((to - from) * n) / 5));

test('the interval of a median lies between order statistics', () => {
  const values = (count: number) => Array.from({ length: count }, (_, n) => count - n);
  // From the tables of Hahn and Meeker.
  expect(medianInterval(values(5))).toBeUndefined();
  expect(medianInterval(values(6))).toEqual([1, 6]);
  expect(medianInterval(values(10))).toEqual([2, 9]);
  expect(medianInterval(values(25))).toEqual([8, 18]);
  expect(medianInterval([])).toBeUndefined();
});

test.each([
  ['worse, when all of the interval is and the median is beyond the threshold', 108, 112, 'worse'],
  ['better likewise', 88, 92, 'better'],
  ['the same, when the whole interval is within the threshold', 98, 103, 'same'],
  ['the same, although it excludes no difference', 101, 104, 'same'],
  [
    'undecided, when the interval reaches beyond the threshold and includes none',
    97,
    112,
    'undecided',
  ],
  [
    'undecided, when the median is within the threshold and the interval is not',
    101,
    106,
    'undecided',
  ],
] as const)('a figure is %s', (_, from, to, verdict) => {
  expect(judge(spread(from, to), cpu).verdict).toBe(verdict);
});

test('what should be high is worse when it is lower, by the difference', () => {
  expect(judge(spread(95, 96), success).verdict).toBe('worse');
  expect(judge(spread(104, 105), success).verdict).toBe('better');
  expect(judge(spread(99, 101), success).verdict).toBe('same');
});

test('medians are of the pairs’ ratios, so that what disturbs both of a pair does not count', () => {
  const disturbed = [1, 2, 3, 1, 5, 1].map((load) => ({ head: 110 * load, base: 100 * load }));
  const { verdict, change } = judge(disturbed, cpu);
  expect(verdict).toBe('worse');
  expect(change.median).toBeCloseTo(0.1);
  expect(change.to).toBeCloseTo(0.1);
});

test('too few pairs decide nothing, unless the figure is the same at each run', () => {
  expect(judge(pairs(120, 120, 120), cpu)).toMatchObject({
    verdict: 'undecided',
    change: { median: expect.closeTo(0.2) },
  });
  expect(judge(pairs(120), { ...cpu, isExact: true }).verdict).toBe('worse');
});

test('nothing on both sides is no difference', () => {
  expect(judge([{ head: 0, base: 0 }], { ...cpu, isExact: true }).verdict).toBe('same');
});
