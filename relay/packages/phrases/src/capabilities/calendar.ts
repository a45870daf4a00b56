import { knownTimeZone, localParts } from '@parley/shared/time-zone';
import {
  addDays,
  dayNumber,
  isLeapYear,
  isoWeek,
  MONTH_NAMES,
  WEEKDAY_NAMES,
  weekdayOf,
  type CalendarDate,
  addMonths,
} from '../phrases/calendar-date.ts';
import { numberToWords, ordinalToWords, yearToWords } from '../phrases/number-words.ts';
import { dateSlot, type NamedDate } from '../phrases/slots/date.ts';
import { yearSlot } from '../phrases/slots/year.ts';
import { vocabularySlot } from '../phrases/vocabulary.ts';
import { capitalised } from '../phrases/wording.ts';
import { intent, type Intent } from './intent.ts';
import type { ToolContext } from './tool.ts';
import type { Reading, SpokenSlot } from '../phrases/slot.ts';
import { belowHundred, readAmount } from '../phrases/slots/number.ts';

const units = vocabularySlot<'day' | 'week' | 'month' | 'year'>('calendar_unit', [
  { value: 'day', spoken: ['days'], typed: ['day'] },
  { value: 'week', spoken: ['weeks'], typed: ['week'] },
  { value: 'month', spoken: ['months'], typed: ['month'] },
  { value: 'year', spoken: ['years'], typed: ['year'] },
]);

/** Farther than this no calendar of people's is. */
const LARGEST_COUNT = 100_000;

/** `ten days`, `a week`, `three months`. */
const dayCountSlot: SpokenSlot<DayCount> = {
  rule: {
    name: 'day_count',
    expansion: '<below_hundred> <calendar_unit> | a (week | month | year)',
    uses: [belowHundred, units.rule],
  },
  *read(tokens, at): Iterable<Reading<DayCount>> {
    for (const amount of readAmount(tokens, at)) {
      const count = amount.value;
      if (!Number.isInteger(count) || count < 0 || count > LARGEST_COUNT) continue;
      for (const { value: unit, end } of units.read(tokens, amount.end)) {
        const words = `${numberToWords(count)} ${unit}${count === 1 ? '' : 's'}`;
        yield {
          value: {
            words,
            addTo(date, direction) {
              if (unit === 'day') return addDays(date, direction * count);
              if (unit === 'week') return addDays(date, direction * count * 7);
              return addMonths(date, direction * count * (unit === 'year' ? 12 : 1));
            },
          },
          end,
        };
      }
    }
  },
};

/** A distance in the calendar. */
interface DayCount {
  readonly words: string;
  /** @param direction - 1 ahead, -1 back */
  addTo(date: CalendarDate, direction: 1 | -1): CalendarDate;
}

const DAYS_AHEAD = '(ahead | from now | from today)';

/** Vocabulary rather than choices: each choice would bring its own copy of all dates. */
const untilSlot = vocabularySlot('until', [
  { value: undefined, spoken: ['until', 'till', 'to'], typed: ['before', "'til", 'til'] },
]);

/** What is asked of the calendar beyond the day that it is. */
export const calendarIntents: readonly Intent[] = [
  intent({
    phrases: ['how (many days | long) [is it | are left] <until> <date>'],
    variants: [
      'how (many days | long) [are there | is there | are left | left | are remaining | remain | is it | does it take | do we have | do i have] <until> <date>',
    ],
    typed: [
      'how far [is it] <until> <date>',
      '(days | time) <until> <date>',
      'count [the] days <until> <date>',
    ],
    slots: { until: untilSlot, date: dateSlot },
    answer: ({ date }, context) => untilThen(date, context),
    topic: () => ({ kind: 'day' }),
  }),
  intent({
    phrases: ['how many weeks <until> <date>'],
    variants: ['how many weeks [are there | are left | left | is it] <until> <date>'],
    slots: { until: untilSlot, date: dateSlot },
    answer: ({ date }, context) => weeksUntil(date, context),
  }),
  intent({
    phrases: [
      'what (day | weekday | day of the week) is <date>',
      'on (what | which) day is <date>',
      'when is <date>',
    ],
    variants: [
      '(on | what | which | on what | on which) (day | weekday | day of week) (is | will | does | falls | was) <date> [be | fall | fall on | falls | on] [this year | next year]',
      'when (is | will) <date> [be] [this year]',
      'what (date | day) is <date>',
      'what is date (of | on) <date>',
      'when do we have <date>',
    ],
    slots: { date: dateSlot },
    answer: ({ date }, context) => weekdayOfNamed(date, context),
    topic: () => ({ kind: 'day' }),
  }),
  intent({
    phrases: ['what (day | date) (is it | will it be) in <count>', 'what is the date in <count>'],
    variants: [
      `what (day | date) (is | will be) [it] <count> ${DAYS_AHEAD}`,
      `what (day | date) (is it | will it be) <count> ${DAYS_AHEAD}`,
      `what is date <count> ${DAYS_AHEAD}`,
      'what weekday (is it | will it be) in <count>',
      'what will date be in <count>',
    ],
    typed: [
      `what (is | will be) [day] (in <count> | <count> ${DAYS_AHEAD})`,
      `(date | day) (in <count> | <count> ${DAYS_AHEAD})`,
    ],
    slots: { count: dayCountSlot },
    answer: ({ count }, context) => shifted(count, 1, context),
    topic: () => ({ kind: 'day' }),
  }),
  intent({
    variants: [
      'what (day | date) was [it] <count> ago',
      'what was [date | day] <count> ago',
      'what is date <count> ago',
    ],
    slots: { count: dayCountSlot },
    answer: ({ count }, context) => shifted(count, -1, context),
  }),
  intent({
    phrases: [
      '(what | which) week is it',
      'what is the week number',
      '(what | which) week [of the year] are we in',
    ],
    variants: [
      '(what | which) week [number] (is it | is this | are we in | do we have) [now]',
      'what is [current] (week | calendar week | week number | number of week)',
      '(which | what) week of year (is it | is this | are we in | are we | do we have)',
    ],
    typed: ['[calendar | current] week [number]'],
    answer: (_, context) => {
      const today = todayOf(context);
      return `It is week ${numberToWords(isoWeek(today))} of the year.`;
    },
  }),
  intent({
    phrases: ['is this a leap year'],
    variants: ['(is it | are we in) leap year', 'is this year leap year'],
    answer: (_, context) => leapYear(todayOf(context).year, context),
  }),
  intent({
    phrases: ['is <year> a leap year'],
    variants: ['(was | will) <year> [be] leap year', 'is <year> leap year'],
    slots: { year: yearSlot },
    answer: ({ year }, context) => leapYear(year, context),
  }),
  intent({
    phrases: ['(how old am i if i was born in <year> | i was born in <year> how old am i)'],
    variants: [
      'i (was | am) born in <year> [so] [how old am i | what is my age]',
      '(what is | calculate) [my] age [if i was | of someone] born in <year>',
      'how old (am i | would i be | is someone | is somebody | are you) [if i was | if you were | who was | who is] born in <year>',
    ],
    typed: [
      'how old (is | am | are | would be | would) [someone | somebody | person | i | you | be] [be] [who is | who was] [if] [i | you | they | he | she | someone] [was | were | is | are] born in <year>',
    ],
    slots: { year: yearSlot },
    answer: ({ year }, context) => ageOf(year, context),
  }),
];

/** The day that it is for the person. */
export function todayOf({ now, person }: ToolContext): CalendarDate {
  const { year, month, day } = localParts(now(), knownTimeZone(person.timeZone));
  return { year, month: MONTH_NAMES.indexOf(month) + 1, day };
}

/** `Friday, November twenty first, twenty twenty five`. */
export function dateToWords(date: CalendarDate): string {
  return `${WEEKDAY_NAMES[weekdayOf(date)]}, ${dayToWords(date)}, ${yearToWords(date.year)}`;
}

function dayToWords({ month, day }: CalendarDate): string {
  return `${MONTH_NAMES[month - 1]} ${ordinalToWords(day)}`;
}

/** `Christmas`, or `December first`; the year is named if it is not this one. */
function named({ name }: NamedDate, date: CalendarDate, today: CalendarDate): string {
  const year = date.year === today.year ? '' : `, ${yearToWords(date.year)}`;
  return name ?? `${dayToWords(date)}${year}`;
}

const NO_SUCH_DAY = 'There is no such day in the calendar.';

function untilThen(date: NamedDate, context: ToolContext): string {
  const today = todayOf(context);
  const then = date.from(today);
  if (then === undefined) return NO_SUCH_DAY;
  const days = dayNumber(then) - dayNumber(today);
  const name = capitalised(named(date, then, today));
  if (days === 0) return `${name} is today.`;
  if (days < 0) return `${name} was ${counted(-days, 'day')} ago.`;
  return `${name} is in ${counted(days, 'day')}.`;
}

function weeksUntil(date: NamedDate, context: ToolContext): string {
  const today = todayOf(context);
  const then = date.from(today);
  if (then === undefined) return NO_SUCH_DAY;
  const days = dayNumber(then) - dayNumber(today);
  if (days < 7) return untilThen(date, context);
  const rest = days % 7 === 0 ? '' : ` and ${counted(days % 7, 'day')}`;
  const weeks = counted(Math.floor(days / 7), 'week');
  return `${capitalised(named(date, then, today))} is in ${weeks}${rest}.`;
}

function weekdayOfNamed(date: NamedDate, context: ToolContext): string {
  const today = todayOf(context);
  const then = date.from(today);
  if (then === undefined) return NO_SUCH_DAY;
  const verb = dayNumber(then) < dayNumber(today) ? 'was' : 'is';
  return date.name === undefined
    ? `${capitalised(named(date, then, today))} ${verb} a ${WEEKDAY_NAMES[weekdayOf(then)]}.`
    : `${date.name} ${verb} on ${dateToWords(then)}.`;
}

function shifted(count: DayCount, direction: 1 | -1, context: ToolContext): string {
  const date = dateToWords(count.addTo(todayOf(context), direction));
  return direction === 1
    ? `In ${count.words} it is ${date}.`
    : `${capitalised(count.words)} ago it was ${date}.`;
}

function leapYear(year: number, context: ToolContext): string {
  const today = todayOf(context);
  const verb = year < today.year ? 'was' : year > today.year ? 'will be' : 'is';
  const [helper = '', rest = ''] = verb.split(' ');
  const is = [helper, ...(isLeapYear(year) ? [] : ['not']), rest].filter(Boolean).join(' ');
  return `${capitalised(yearToWords(year))} ${is} a leap year.`;
}

function ageOf(year: number, context: ToolContext): string {
  const today = todayOf(context);
  const age = today.year - year;
  if (age < 0) return `${capitalised(yearToWords(year))} is still to come.`;
  if (age > 130) return `${capitalised(yearToWords(year))} was ${numberToWords(age)} years ago.`;
  // The birthday may be still to come, but not on the last day of the year.
  const isYearOver =
    dayNumber(addDays(today, 1)) === dayNumber({ year: today.year + 1, month: 1, day: 1 });
  if (age === 0 || isYearOver) return `That is an age of ${numberToWords(age)}.`;
  return `Someone born in ${yearToWords(year)} is ${numberToWords(age)}, or ${numberToWords(age - 1)} before this year's birthday.`;
}

function counted(count: number, noun: string): string {
  return `${numberToWords(count)} ${noun}${count === 1 ? '' : 's'}`;
}
