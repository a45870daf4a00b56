import { expect, it } from 'vitest';
import { agoText, percentText, secondsBetween, sizeText } from './status-words.ts';

const NOW = '2026-11-23T16:00:00.000Z';

it.each([
  ['2026-11-23T15:59:59.600Z', 'now'],
  ['2026-11-23T15:59:52.000Z', '8 s ago'],
  ['2026-11-23T14:30:00.000Z', '1 h 30 min ago'],
  // The clock was set back meanwhile.
  ['2026-11-23T16:00:05.000Z', 'now'],
])('calls %s “%s”', (at, text) => {
  expect(agoText(at, NOW)).toBe(text);
  expect(secondsBetween(at, NOW)).toBeGreaterThanOrEqual(0);
});

it.each([
  [0.05, '51 KB'],
  [412, '412 MB'],
  [1_024, '1 GB'],
  [1_500, '1.5 GB'],
  [51_200, '50 GB'],
])('shows %s MB as %s', (megabytes, text) => {
  expect(sizeText(megabytes)).toBe(text);
});

it.each([
  [0, 0, '–'],
  [0, 861, '0 %'],
  [1, 100_000, '< 0.1 %'],
  [11, 861, '1.3 %'],
  [400, 1_000, '40 %'],
])('shows %s of %s as %s', (part, whole, text) => {
  expect(percentText(part, whole)).toBe(text);
});
