/** A day of the calendar, without a time and a place. */
export interface CalendarDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

export const DAY_MS = 86_400_000;

export const MONTH_NAMES: readonly string[] =
  'January February March April May June July August September October November December'.split(
    ' ',
  );
export const WEEKDAY_NAMES: readonly string[] =
  'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

/** Days since January 1, 1970. */
export function dayNumber({ year, month, day }: CalendarDate): number {
  return Math.round(Date.UTC(year, month - 1, day) / DAY_MS);
}

export function dateOfDayNumber(days: number): CalendarDate {
  const date = new Date(days * DAY_MS);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

export function addDays(date: CalendarDate, days: number): CalendarDate {
  return dateOfDayNumber(dayNumber(date) + days);
}

/** The same day of a later or earlier month, or its last day if it has no such day. */
export function addMonths({ year, month, day }: CalendarDate, months: number): CalendarDate {
  const at = year * 12 + (month - 1) + months;
  const [newYear, newMonth] = [Math.floor(at / 12), (((at % 12) + 12) % 12) + 1];
  return {
    year: newYear,
    month: newMonth,
    day: Math.min(day, daysInMonth(newYear, newMonth)),
  };
}

export function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** 0 for Sunday to 6. */
export function weekdayOf(date: CalendarDate): number {
  return (((dayNumber(date) + 4) % 7) + 7) % 7;
}

export function isLeapYear(year: number): boolean {
  return daysInMonth(year, 2) === 29;
}

/** ISO 8601: weeks begin on Monday, and the first one holds the year's first Thursday. */
export function isoWeek(date: CalendarDate): number {
  const thursday = addDays(date, 4 - (weekdayOf(date) || 7));
  const newYear = dayNumber({ year: thursday.year, month: 1, day: 1 });
  return Math.floor((dayNumber(thursday) - newYear) / 7) + 1;
}

/** Western Easter Sunday, by the anonymous Gregorian algorithm (Meeus, "Astronomical Algorithms", 1991, ch. 8). */
export function easterOf(year: number): CalendarDate {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d =
    (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
  const e = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - d - (c % 4)) % 7;
  const f = d + e - 7 * Math.floor((a + 11 * d + 22 * e) / 451) + 114;
  return { year, month: Math.floor(f / 31), day: (f % 31) + 1 };
}

/** The `count`th such weekday of a month, from 1. */
export function nthWeekday(
  year: number,
  month: number,
  weekday: number,
  count: number,
): CalendarDate {
  const first = weekdayOf({ year, month, day: 1 });
  return { year, month, day: 1 + ((weekday - first + 7) % 7) + 7 * (count - 1) };
}
