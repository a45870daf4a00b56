import { z } from 'zod';
import { isTimeZone, knownTimeZone, localParts, localTime } from '../lib/time-zone.ts';
import { numberToWords, ordinalToWords, yearToWords } from '../phrases/number-words.ts';
import { freeTextSlot } from '../phrases/slots/free-text.ts';
import { placeSlot } from '../phrases/slots/place.ts';
import { vocabularySlot } from '../phrases/vocabulary.ts';
import { capitalised } from '../phrases/wording.ts';
import type { Capability } from './capability.ts';
import { intent } from './intent.ts';
import { defineTool, type ToolContext } from './tool.ts';

interface Moment {
  readonly instant: Date;
  readonly zone: string;
}

const currentTime = defineTool({
  name: 'current_time',
  description: 'Date and time now, for the person or elsewhere.',
  input: z.object({
    time_zone: z.string().max(60).optional().describe('IANA name, such as "Asia/Tokyo".'),
  }),
  run: ({ time_zone: zone }, { now, person }): Moment => ({
    instant: now(),
    zone: zone ?? knownTimeZone(person.timeZone),
  }),
  report: ({ instant, zone }) =>
    isTimeZone(zone)
      ? `It is ${localTime(instant, zone)} (time zone ${zone}).`
      : `"${zone}" is not the IANA name of a time zone.`,
});

const here = (context: ToolContext): Moment => currentTime.run({}, context);
const partsOf = ({ instant, zone }: Moment) => localParts(instant, zone);

const DAY_MS = 86_400_000;

const daySlot = vocabularySlot('day', [
  { value: { offset: 0, opening: 'Today is' }, spoken: ['today'] },
  { value: { offset: 1, opening: 'Tomorrow is' }, spoken: ['tomorrow'] },
  { value: { offset: -1, opening: 'Yesterday was' }, spoken: ['yesterday'] },
]);

export const clock: Capability = {
  name: 'clock',
  tools: [currentTime],
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
      answer: (_, context) => `It is ${timeOfDay(here(context))}.`,
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
      answer: ({ place }, context) => {
        const there = currentTime.run({ time_zone: place.timeZone }, context);
        const { weekday } = partsOf(there);
        const day = weekday === partsOf(here(context)).weekday ? '' : ` on ${weekday}`;
        return `It is ${timeOfDay(there)}${day} in ${place.name}.`;
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
      answer: (_, context) => `Today is ${dateOf(here(context))}.`,
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
      answer: ({ day }, context) =>
        `${day.opening} ${dateOf(middayIn(day.offset, here(context)))}.`,
    }),
    intent({
      phrases: ['what day is it in <place>'],
      slots: { place: placeSlot },
      answer: ({ place }, context) =>
        `In ${place.name} it is ${dateOf(currentTime.run({ time_zone: place.timeZone }, context))}.`,
    }),
    intent({
      phrases: ['what year is it'],
      typed: ['what is [current] year', 'which year is it'],
      answer: (_, context) => `It is ${yearToWords(partsOf(here(context)).year)}.`,
    }),
    intent({
      phrases: ['what month is it'],
      typed: ['what is [current] month', 'which month is it'],
      answer: (_, context) => `It is ${partsOf(here(context)).month}.`,
    }),
  ],
};

/** `four twenty three in the afternoon`, `nine o'clock in the morning`. */
function timeOfDay(moment: Moment): string {
  const { hour, minute } = partsOf(moment);
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
function dateOf(moment: Moment): string {
  const { weekday, month, day, year } = partsOf(moment);
  return `${weekday}, ${month} ${ordinalToWords(day)}, ${yearToWords(year)}`;
}

/** Midday is the same calendar day, even if summer time shifts the clock by an hour. */
function middayIn(days: number, moment: Moment): Moment {
  const midday = moment.instant.getTime() + (12 - partsOf(moment).hour) * 3_600_000;
  return { ...moment, instant: new Date(midday + days * DAY_MS) };
}
