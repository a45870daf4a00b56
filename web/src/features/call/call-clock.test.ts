import { expect, test } from 'vitest';
import { clockText } from './call-clock.tsx';

test.each([
  [-5, '0:00'],
  [999, '0:00'],
  [61_000, '1:01'],
  [3_599_999, '59:59'],
  [3_600_000, '1:00:00'],
  [36_061_000, '10:01:01'],
])('%i ms is %s', (durationMs, text) => {
  expect(clockText(durationMs)).toBe(text);
});
