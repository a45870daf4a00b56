import { expect, it } from 'vitest';
import { countText, durationText, exactUsdText, roundTicks, usdText } from './figures.ts';

it.each([
  [0, '$0.00'],
  [0.000001, '< $0.01'],
  [0.0099, '< $0.01'],
  [0.01, '$0.01'],
  [1234.567, '$1,234.57'],
])('shows %s dollars as %s', (usd, text) => {
  expect(usdText(usd)).toBe(text);
});

it.each([
  [0, '$0.00'],
  [0.00001, '< $0.0001'],
  [0.0031, '$0.0031'],
  [0.25, '$0.25'],
])('shows %s dollars exactly as %s', (usd, text) => {
  expect(exactUsdText(usd)).toBe(text);
});

it.each([
  [0, '0 s'],
  [59.4, '59 s'],
  [59.6, '1 min'],
  [3_570, '1 h'],
  [3_599, '1 h'],
  [5_400, '1 h 30 min'],
])('shows %s seconds as %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});

it('names one and many', () => {
  expect([countText(1, 'turn', 'turns'), countText(1_200, 'turn', 'turns')]).toEqual([
    '1 turn',
    '1,200 turns',
  ]);
});

it.each([
  [0.218, [0, 0.1, 0.2, 0.3]],
  [0.004, [0, 0.001, 0.002, 0.003, 0.004]],
  [7, [0, 2, 4, 6, 8]],
  [0.3, [0, 0.1, 0.2, 0.3]],
])('has round steps on an axis up to %d', (largest, ticks) => {
  expect(roundTicks(largest)).toEqual(ticks);
});

it('has an axis if there is nothing to show', () => {
  expect(roundTicks(0)).toHaveLength(2);
});
