import { expect, it } from 'vitest';
import {
  addMonths,
  easterOf,
  isLeapYear,
  isoWeek,
  nthWeekday,
  weekdayOf,
} from './calendar-date.ts';

const date = (year: number, month: number, day: number) => ({ year, month, day });

it('knows weekdays before and after 1970', () => {
  expect(weekdayOf(date(2026, 11, 23))).toBe(1);
  expect(weekdayOf(date(1969, 7, 20))).toBe(0);
});

it.each([
  [2000, 4, 23],
  [2024, 3, 31],
  [2027, 3, 28],
  [2038, 4, 25],
])('knows Easter of %i', (year, month, day) => {
  expect(easterOf(year)).toEqual(date(year, month, day));
});

it('counts weeks as ISO 8601 does around a new year', () => {
  expect(isoWeek(date(2026, 11, 23))).toBe(48);
  expect(isoWeek(date(2027, 1, 1))).toBe(53);
  expect(isoWeek(date(2024, 12, 30))).toBe(1);
});

it('stays within the month a month ahead', () => {
  expect(addMonths(date(2027, 1, 31), 1)).toEqual(date(2027, 2, 28));
  expect(addMonths(date(2026, 1, 15), -2)).toEqual(date(2025, 11, 15));
});

it('finds the fourth Thursday of November', () => {
  expect(nthWeekday(2026, 11, 4, 4)).toEqual(date(2026, 11, 26));
});

it('knows leap years', () => {
  expect([1900, 2000, 2026, 2028].map(isLeapYear)).toEqual([false, true, false, true]);
});
