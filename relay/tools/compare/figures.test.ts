import { expect, test } from 'vitest';
import { BENCHES } from '../../bench/options.ts';
import { FIGURES, valueAt } from './figures.ts';

test('every bench has figures to judge', () => {
  expect(Object.keys(FIGURES).toSorted()).toEqual(Object.keys(BENCHES).toSorted());
});

test('a figure is found by its path', () => {
  const report = { bench: 'x', cpu: 4, ms: { p50: 2, p90: null }, 'best-practices': 100 };
  expect(valueAt(report, 'cpu')).toBe(4);
  expect(valueAt(report, 'ms.p50')).toBe(2);
  expect(valueAt(report, 'best-practices')).toBe(100);
  for (const missing of ['ms.p90', 'ms.p99.x', 'ms', 'bench', 'ms.p90.x']) {
    expect(valueAt(report, missing)).toBeUndefined();
  }
});

test('of a list the mean counts', () => {
  const report = { rows: [{ right: { percent: 90 } }, { right: { percent: 70 } }, { other: 1 }] };
  expect(valueAt(report, 'rows.*.right.percent')).toBe(80);
  expect(valueAt({ rows: [] }, 'rows.*.right.percent')).toBeUndefined();
  expect(valueAt(report, 'rows.0.right.percent')).toBeUndefined();
});
