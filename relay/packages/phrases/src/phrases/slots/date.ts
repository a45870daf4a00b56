import {
  addDays,
  dayNumber,
  daysInMonth,
  easterOf,
  MONTH_NAMES,
  nthWeekday,
  WEEKDAY_NAMES,
  weekdayOf,
  type CalendarDate,
} from '../calendar-date.ts';
import { ordinalToWords } from '../number-words.ts';
import type { Reading, Rule, SpokenSlot } from '../slot.ts';
import { vocabularySlot } from '../vocabulary.ts';
import { capitalised } from '../wording.ts';
import { readYear } from './year.ts';

/** A day that was named. */
export interface NamedDate {
  /** As a feast is called; undefined if its date was said. */
  readonly name?: string | undefined;
  /**
   * The date that is meant on a given day: the next if no year was said, that day itself included.
   * undefined if it does not exist, as February 30.
   */
  from(today: CalendarDate): CalendarDate | undefined;
}

const fixed = (month: number, day: number) => (year: number) => ({ year, month, day });

const FEASTS: readonly (readonly [
  name: string,
  inYear: (year: number) => CalendarDate,
  ...spoken: string[],
])[] = [
  ['Christmas', fixed(12, 25), 'christmas', 'christmas day'],
  ['Christmas Eve', fixed(12, 24), 'christmas eve'],
  ["New Year's Day", fixed(1, 1), "new year's day", "new year's", 'new year'],
  ["New Year's Eve", fixed(12, 31), "new year's eve"],
  ['Halloween', fixed(10, 31), 'halloween'],
  ["Valentine's Day", fixed(2, 14), "valentine's day", "valentine's"],
  ["Saint Patrick's Day", fixed(3, 17), "saint patrick's day"],
  ['Independence Day', fixed(7, 4), 'independence day'],
  ['Easter', easterOf, 'easter', 'easter sunday'],
  ['Good Friday', (year) => addDays(easterOf(year), -2), 'good friday'],
  ['Thanksgiving', (year) => nthWeekday(year, 11, 4, 4), 'thanksgiving'],
  ["Mother's Day", (year) => nthWeekday(year, 5, 0, 2), "mother's day"],
  ["Father's Day", (year) => nthWeekday(year, 6, 0, 3), "father's day"],
];

/** In all forms that can be spoken, as they are written. */
export const FEAST_NAMES = FEASTS.flatMap(([, , ...spoken]) =>
  spoken.map((form) => form.split(' ').map(capitalised).join(' ')),
);

const feasts = vocabularySlot<NamedDate>(
  'feast',
  FEASTS.map(([name, inYear, ...spoken]) => ({
    value: { name, from: (today: CalendarDate) => nextOf(inYear, today) },
    spoken,
    // Apostrophes are often left out in writing.
    typed: spoken.map((form) => form.replaceAll("'", '').replace('christmas', 'xmas')),
  })),
);

const months = vocabularySlot(
  'month',
  MONTH_NAMES.map((name, index) => ({
    value: index + 1,
    spoken: [name.toLowerCase()],
    typed: [name.slice(0, 3).toLowerCase(), name.slice(0, 4).toLowerCase()],
  })),
);

const days = vocabularySlot(
  'day_of_month',
  Array.from({ length: 31 }, (_, index) => ({
    value: index + 1,
    spoken: [ordinalToWords(index + 1)],
    typed: [`${index + 1}`, ...['st', 'nd', 'rd', 'th'].map((end) => `${index + 1} ${end}`)],
  })),
);

const weekdays = vocabularySlot(
  'weekday',
  WEEKDAY_NAMES.map((name, value) => ({ value, spoken: [name.toLowerCase()] })),
);

const dateRule: Rule = {
  name: 'date',
  expansion: '<feast> | <month> [the] <day_of_month> | the <day_of_month> of <month>',
  uses: [feasts.rule, months.rule, days.rule],
};

/** `christmas`, `december first`, `the fourth of july`, `may 3rd 2027`, `next friday`. */
export const dateSlot: SpokenSlot<NamedDate> = { rule: dateRule, read: readDate };

function* readDate(tokens: readonly string[], at: number): Generator<Reading<NamedDate>> {
  for (const { value, end } of feasts.read(tokens, at)) {
    yield { value, end: tokens.slice(end, end + 2).join(' ') === 'this year' ? end + 2 : end };
    yield { value, end };
  }
  for (const month of months.read(tokens, at)) {
    for (const day of days.read(tokens, month.end)) yield* withYear(tokens, month.value, day);
  }
  for (const day of days.read(tokens, at)) {
    const monthAt = tokens[day.end] === 'of' ? day.end + 1 : day.end;
    for (const month of months.read(tokens, monthAt)) {
      yield* withYear(tokens, month.value, { value: day.value, end: month.end });
    }
  }
  const isNext = tokens[at] === 'next' || tokens[at] === 'this' || tokens[at] === 'coming';
  for (const { value, end } of weekdays.read(tokens, isNext ? at + 1 : at)) {
    const name = WEEKDAY_NAMES[value];
    const from = (today: CalendarDate) => addDays(today, ((value - weekdayOf(today) + 6) % 7) + 1);
    yield { value: { name, from }, end };
  }
}

function* withYear(
  tokens: readonly string[],
  month: number,
  { value: day, end }: Reading<number>,
): Generator<Reading<NamedDate>> {
  const yearAt = tokens[end] === 'in' ? end + 1 : end;
  for (const year of readYear(tokens, yearAt)) {
    const date = { year: year.value, month, day };
    const isReal = day <= daysInMonth(year.value, month);
    yield { value: { from: () => (isReal ? date : undefined) }, end: year.end };
  }
  yield { value: { from: (today) => nextOf(fixed(month, day), today) }, end };
}

/** Within nine years, as from one leap year over 1900 to the next. */
function nextOf(
  inYear: (year: number) => CalendarDate,
  today: CalendarDate,
): CalendarDate | undefined {
  for (let year = today.year; year < today.year + 9; year += 1) {
    const date = inYear(year);
    const isReal = date.day <= daysInMonth(year, date.month);
    if (isReal && dayNumber(date) >= dayNumber(today)) return date;
  }
  return undefined;
}
