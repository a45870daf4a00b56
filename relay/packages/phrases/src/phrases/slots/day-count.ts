import { addDays, addMonths, type CalendarDate } from '../calendar-date.ts';
import { numberToWords } from '../number-words.ts';
import { vocabularySlot } from '../vocabulary.ts';
import type { Reading, SpokenSlot } from '../slot.ts';
import { belowHundred, readAmount } from './number.ts';

/** A distance in the calendar. */
export interface DayCount {
  readonly words: string;
  /** @param direction - 1 ahead, -1 back */
  addTo(date: CalendarDate, direction: 1 | -1): CalendarDate;
}

const units = vocabularySlot<'day' | 'week' | 'month' | 'year'>('calendar_unit', [
  { value: 'day', spoken: ['days'], typed: ['day'] },
  { value: 'week', spoken: ['weeks'], typed: ['week'] },
  { value: 'month', spoken: ['months'], typed: ['month'] },
  { value: 'year', spoken: ['years'], typed: ['year'] },
]);

/** Farther than this no calendar of people's is. */
const LARGEST_COUNT = 100_000;

/** `ten days`, `a week`, `three months`. */
export const dayCountSlot: SpokenSlot<DayCount> = {
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
