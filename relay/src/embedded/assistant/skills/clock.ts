import { defineSkill, intent } from '../language/skill.ts';
import { numberToWords, ordinalToWords, yearToWords } from '../language/number-words.ts';
import { capitalised } from '../language/sentences.ts';
import { vocabularySlot } from '../language/vocabulary.ts';
import { freeTextSlot } from '../slots/free-text.ts';
import { placeSlot } from '../slots/place.ts';

const DAY_MS = 86_400_000;

const daySlot = vocabularySlot('day', [
  { value: { offset: 0, lead: 'Today is' }, spoken: ['today'] },
  { value: { offset: 1, lead: 'Tomorrow is' }, spoken: ['tomorrow'] },
  { value: { offset: -1, lead: 'Yesterday was' }, spoken: ['yesterday'] },
]);

export const clock = defineSkill({
  name: 'clock',
  examples: [
    'What time is it?',
    'What time is it in Tokyo?',
    'What day is it?',
    'What is the date tomorrow?',
  ],
  intents: [
    intent({
      phrases: ['what time is it [now]', 'what is the time', 'tell me the time'],
      typed: [
        '[what] time [is it] [now]',
        'what time it is',
        'what is current time',
        'do you have time',
      ],
      answer: (_, { now, person }) => `It is ${timeOfDay(now, person.timeZone)}.`,
    }),
    intent({
      phrases: ['what time is it in <place>', 'what is the time in <place>'],
      typed: [
        '[current] time in <place>',
        'what time it is in <place>',
        'what is current time in <place>',
        'what time is it in <place> now',
      ],
      slots: { place: placeSlot },
      answer: ({ place }, { now, person }) => {
        const there = weekday(now, place.timeZone);
        const day = there === weekday(now, person.timeZone) ? '' : ` on ${there}`;
        return `It is ${timeOfDay(now, place.timeZone)}${day} in ${place.name}.`;
      },
    }),
    intent({
      lastResort: true,
      typed: ['(what time is it | what is time | time) in <place>'],
      slots: { place: freeTextSlot },
      answer: ({ place }) =>
        place.length > 40
          ? 'I do not know that place. I know the time in most larger cities.'
          : `I do not know the time in ${place.split(' ').map(capitalised).join(' ')}. I know it in most larger cities.`,
    }),
    intent({
      phrases: ['what day is it', 'what day is today', "what is (the | today's) date"],
      typed: ['[what] date [is it]', 'what day of week is it', 'what is today', "today's date"],
      answer: (_, { now, person }) => `Today is ${dateIn(now, person.timeZone)}.`,
    }),
    intent({
      phrases: [
        'what day is it <day>',
        'what is the date <day>',
        'what (day | date) (is | was) <day>',
      ],
      typed: [
        'what (day | date) (was | will) it [be] <day>',
        'what (was | will) date [be] <day>',
        'what was date <day>',
        'what date is it <day>',
      ],
      slots: { day: daySlot },
      answer: ({ day }, { now, person }) => {
        // Midday is the same calendar day whichever way summer time shifts the clock by an hour.
        const midday = now.getTime() + (12 - hourIn(now, person.timeZone)) * 3_600_000;
        return `${day.lead} ${dateIn(new Date(midday + day.offset * DAY_MS), person.timeZone)}.`;
      },
    }),
    intent({
      phrases: ['what day is it in <place>'],
      slots: { place: placeSlot },
      answer: ({ place }, { now }) => `In ${place.name} it is ${dateIn(now, place.timeZone)}.`,
    }),
    intent({
      phrases: ['what year is it'],
      typed: ['what is [current] year', 'which year is it'],
      answer: (_, { now, person }) =>
        `It is ${yearToWords(Number(part(now, person.timeZone, 'year')))}.`,
    }),
    intent({
      phrases: ['what month is it'],
      typed: ['what is [current] month', 'which month is it'],
      answer: (_, { now, person }) => `It is ${part(now, person.timeZone, 'month')}.`,
    }),
  ],
});

/** `four twenty three in the afternoon`, `nine o'clock in the morning`. */
function timeOfDay(instant: Date, timeZone: string): string {
  const hour = hourIn(instant, timeZone);
  const minute = Number(part(instant, timeZone, 'minute'));
  if (minute === 0 && hour === 0) return 'midnight';
  if (minute === 0 && hour === 12) return 'twelve noon';
  const spokenMinute =
    minute === 0 ? "o'clock" : minute < 10 ? `oh ${numberToWords(minute)}` : numberToWords(minute);
  return `${numberToWords(((hour + 11) % 12) + 1)} ${spokenMinute} ${partOfDay(hour)}`;
}

function partOfDay(hour: number): string {
  if (hour < 12) return 'in the morning';
  if (hour < 18) return 'in the afternoon';
  return hour < 22 ? 'in the evening' : 'at night';
}

/** `Friday, November twenty first, twenty twenty five`. */
function dateIn(instant: Date, timeZone: string): string {
  const day = ordinalToWords(Number(part(instant, timeZone, 'day')));
  const year = yearToWords(Number(part(instant, timeZone, 'year')));
  return `${weekday(instant, timeZone)}, ${part(instant, timeZone, 'month')} ${day}, ${year}`;
}

function weekday(instant: Date, timeZone: string): string {
  return part(instant, timeZone, 'weekday');
}

function hourIn(instant: Date, timeZone: string): number {
  return Number(part(instant, timeZone, 'hour'));
}

type Part = 'weekday' | 'day' | 'month' | 'year' | 'hour' | 'minute';

function part(instant: Date, timeZone: string, wanted: Part): string {
  return (
    formatterFor(timeZone)
      .formatToParts(instant)
      .find(({ type }) => type === wanted)?.value ?? ''
  );
}

/** A formatter takes a millisecond to make; there are some four hundred zones at most. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterFor(timeZone: string): Intl.DateTimeFormat {
  const kept = formatters.get(timeZone);
  if (kept !== undefined) return kept;
  const formatter = makeFormatter(timeZone);
  // Only what Intl itself knows is kept, so a client cannot grow the map with made-up names.
  if (formatter !== undefined) formatters.set(timeZone, formatter);
  return formatter ?? formatterFor('UTC');
}

function makeFormatter(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      weekday: 'long',
      day: 'numeric',
      month: 'long',
      year: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      hourCycle: 'h23',
    });
  } catch {
    return undefined;
  }
}
