import { z } from 'zod';
import { isTimeZone, knownTimeZone, localParts, localTime } from '@parley/shared/time-zone';
import { yearToWords } from '../phrases/number-words.ts';
import { durationToWords } from '../phrases/slots/duration.ts';
import { freeTextSlot } from '../phrases/slots/free-text.ts';
import { placeSlot, type Place } from '../phrases/slots/place.ts';
import { addDays, MONTH_NAMES } from '../phrases/calendar-date.ts';
import { localMs } from '../phrases/local-time.ts';
import { vocabularySlot } from '../phrases/vocabulary.ts';
import { capitalised } from '../phrases/wording.ts';
import { calendarIntents, dateToWords, todayOf } from './calendar.ts';
import type { Capability } from './capability.ts';
import { intent } from './intent.ts';
import { timeOfDayToWords } from './time-words.ts';
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

const daySlot = vocabularySlot('day', [
  { value: { offset: 0, opening: 'Today is' }, spoken: ['today'] },
  {
    value: { offset: 2, opening: 'The day after tomorrow is' },
    spoken: ['the day after tomorrow'],
  },
  {
    value: { offset: 1, opening: 'Tomorrow is' },
    spoken: ['tomorrow'],
    typed: ["tomorrow's", 'tomorrows'],
  },
  {
    value: { offset: -1, opening: 'Yesterday was' },
    spoken: ['yesterday'],
    typed: ["yesterday's"],
  },
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
      phrases: [
        'what time is it [now]',
        'what time it is',
        'what is the time',
        'tell me the time',
        'how late is it',
      ],
      variants: [
        'what time (it is | do we have | have we got)',
        'what is the (current | exact) time',
        '(do you | have you) (have | got) time',
        'got time',
        'how late it is',
      ],
      typed: [
        '[what] time [is it | is] [now]',
        '(what is | current) time of day',
        'what is time here',
      ],
      answer: (_, context) => `It is ${timeOfDayToWords(partsOf(here(context)))}.`,
      topic: () => ({ kind: 'time' }),
    }),
    intent({
      phrases: ['(what time (is it | it is) | what is the time | how late is it) in <place>'],
      variants: [
        '[current | local] time in <place> [now | right now]',
        'what (time | is time) [it] [is | do they have | do people have | do we have] in <place>',
        'what is (current | local) time in <place>',
        'what time is it (now | right now | currently | over) in <place>',
        'how late it is in <place>',
      ],
      typed: ['what is <place> time', 'what time in <place> is'],
      slots: { place: placeSlot },
      answer: ({ place }, context) => timeIn(place, context),
      topic: () => ({ kind: 'time' }),
    }),
    intent({
      phrases: ['(and | what about | how about) [in] <place>'],
      typed: ['and [what about | how about] [time] in <place>', 'in <place>', '<place>'],
      slots: { place: placeSlot },
      answer: ({ place }, context) =>
        context.topic?.kind === 'day' ? dayIn(place, context) : timeIn(place, context),
      topic: (_, earlier) => (earlier?.kind === 'day' ? earlier : { kind: 'time' }),
    }),
    intent({
      phrases: ['what is the time difference between <first> and <second>'],
      variants: [
        '[what is] [time] difference between <first> and <second>',
        'what is difference in time between <first> and <second>',
        'how many hours [are | is it | are there] between <first> and <second>',
        'how (many hours | far) is <first> (ahead of | behind | from) <second>',
      ],
      slots: { first: placeSlot, second: placeSlot },
      answer: ({ first, second }, context) => differenceBetween(first, second, context),
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
      phrases: [
        'what day is it',
        'what day is today',
        "what is (the | today's) date",
        "today's date",
      ],
      variants: [
        '(what | which) (day | weekday | day of week) (is it | it is | is today | is this | do we have) [today]',
        'what is (today | current date | day)',
        '(what | which) date (is today | do we have | it is | is this)',
        'what is day today',
      ],
      typed: ['[what] date [is it | is]', 'what day is'],
      answer: (_, context) => `Today is ${dateOf(here(context))}.`,
      topic: () => ({ kind: 'day' }),
    }),
    intent({
      phrases: [
        'what day is it <day>',
        'what is the date <day>',
        'what (day | date) (is | was) <day>',
      ],
      variants: [
        'what (day | date) (was | will) it [be] <day>',
        'what (was | will) date [be] <day>',
        'what was date <day>',
        '(what | which) (date | weekday | day of week) (is | was | is it | was it | do we have) <day>',
      ],
      typed: ['<day> date'],
      slots: { day: daySlot },
      answer: ({ day }, context) =>
        `${day.opening} ${dateToWords(addDays(todayOf(context), day.offset))}.`,
      topic: () => ({ kind: 'day' }),
    }),
    intent({
      phrases: ["what is tomorrow's date"],
      answer: (_, context) => `Tomorrow is ${dateToWords(addDays(todayOf(context), 1))}.`,
      topic: () => ({ kind: 'day' }),
    }),
    intent({
      phrases: ['what day is it in <place>'],
      slots: { place: placeSlot },
      answer: ({ place }, context) => dayIn(place, context),
      topic: () => ({ kind: 'day' }),
    }),
    intent({
      phrases: ['what year is it'],
      variants: ['what is [current] year', 'which year is it'],
      answer: (_, context) => `It is ${yearToWords(partsOf(here(context)).year)}.`,
    }),
    intent({
      phrases: ['(what | which) month is it'],
      variants: ['what is [current] month'],
      answer: (_, context) => `It is ${partsOf(here(context)).month}.`,
    }),
    ...calendarIntents,
  ],
};

function dateOf(moment: Moment): string {
  const { year, month, day } = partsOf(moment);
  return dateToWords({ year, month: MONTH_NAMES.indexOf(month) + 1, day });
}

function timeIn(place: Place, context: ToolContext): string {
  const there = currentTime.run({ time_zone: place.timeZone }, context);
  const { weekday } = partsOf(there);
  const day = weekday === partsOf(here(context)).weekday ? '' : ` on ${weekday}`;
  return `It is ${timeOfDayToWords(partsOf(there))}${day} in ${place.name}.`;
}

function dayIn(place: Place, context: ToolContext): string {
  return `In ${place.name} it is ${dateOf(currentTime.run({ time_zone: place.timeZone }, context))}.`;
}

function differenceBetween(first: Place, second: Place, context: ToolContext): string {
  const now = context.now();
  const seconds = (localMs(now, second.timeZone) - localMs(now, first.timeZone)) / 1_000;
  if (seconds === 0) return `${first.name} and ${second.name} have the same time.`;
  const [ahead, behind] = seconds > 0 ? [second, first] : [first, second];
  return `${ahead.name} is ${durationToWords(Math.abs(seconds))} ahead of ${behind.name}.`;
}
