import { knownTimeZone, localParts } from '@parley/shared/time-zone';
import { DAY_MS } from '../phrases/calendar-date.ts';
import { instantsAt, localMs, MINUTE_MS } from '../phrases/local-time.ts';
import {
  clockTimeSlot,
  dayTimeSlot,
  minutesOfDay,
  type ClockTime,
} from '../phrases/slots/clock-time.ts';
import { intent, type Intent } from './intent.ts';
import type { PhraseContext } from './phrase-context.ts';
import { timeOfDayToWords } from './time-words.ts';
import { alarmLabel, isAlarm, nameOf } from './timer-names.ts';
import { listTimers, NO_ROOM, setTimer } from './timer-tools.ts';
import type { ToolContext } from './tool.ts';
import { capitalised, listed } from '../phrases/wording.ts';

/** Until then it is still the night of the day before: "tomorrow" begins with the morning. */
const MORNING_HOUR = 5;
const MORNING_MINUTE = MORNING_HOUR * 60;

/** Alarms ring at a time of day; like timers they need the call to last until then. */
export const alarmIntents: readonly Intent[] = [
  intent({
    phrases: ['set an alarm for <time>'],
    variants: [
      '[set | create | make | i need | i want | put] [my | me] alarm (for | at | to) <time>',
      '(remind me | ring | alert me) at <time>',
      'set <time> alarm',
    ],
    slots: { time: clockTimeSlot },
    answer: ({ time }, context) => setAlarm(nextTime(time, context), context),
  }),
  intent({
    typed: [
      '[set | create | make | i need | i want | put] [my | me] alarm [for | to | on] <time>',
      '(remind me | ring | alert me) <time>',
    ],
    slots: { time: dayTimeSlot },
    answer: ({ time }, context) => setAlarm(nextTime(time, context), context),
  }),
  intent({
    phrases: ['wake me up at <time>'],
    variants: ['(wake me | get me up) [up] at <time>'],
    slots: { time: clockTimeSlot },
    answer: ({ time }, context) => setAlarm(nextWaking(time, context), context),
  }),
  intent({
    typed: ['(wake me | get me up) [up] <time>'],
    slots: { time: dayTimeSlot },
    answer: ({ time }, context) => setAlarm(nextWaking(time, context), context),
  }),
  intent({
    phrases: ['do i have any alarms', 'when is my alarm'],
    variants: [
      '(what | which | how many) alarms (are set | do i have | are there) [set]',
      '(is there | are there | do i have | have i set | have i got) [any] (alarm | alarms) [set]',
      '(list | show | check) [me] [my | all] (alarm | alarms)',
      'what time is my alarm [set for]',
      'is my alarm set',
    ],
    answer: (_, context) => alarmsIn(context),
  }),
];

/**
 * When clocks show that time next. A time that they skip is as much later as they skip; one that
 * they show twice is the first that is still to come.
 */
export function nextTime(time: ClockTime, { now, person }: ToolContext): Date {
  const zone = knownTimeZone(person.timeZone);
  const present = now();
  const local = localMs(present, zone);
  const today = local - (local % DAY_MS);
  const isNight = local - today < MORNING_MINUTE * MINUTE_MS;
  // The night of the day before may still go on.
  const first = time.isTomorrow ? (isNight ? 0 : 1) : -1;
  const isAnyHalf = !time.isTomorrow || time.half !== undefined;
  const minutes = minutesOfDay(time).filter((minute) => isAnyHalf || minute >= MORNING_MINUTE);
  const ahead = [first, first + 1, first + 2].flatMap((day) =>
    minutes.flatMap((minute) => {
      const wanted = today + day * DAY_MS + minute * MINUTE_MS;
      return instantsAt(wanted, zone).filter(
        // What was skipped is past when the clock shows more.
        (at) => at > present && (wanted > local || localMs(at, zone) === wanted),
      );
    }),
  );
  return ahead.reduce((earliest, at) => (at < earliest ? at : earliest));
}

/** Sleep is mostly over in the morning: by day "at six" is the next morning. */
function nextWaking(time: ClockTime, context: ToolContext): Date {
  const isMorning = time.half === undefined && time.hour >= 4 && time.hour <= 11;
  return nextTime(isMorning ? { ...time, half: 'am' } : time, context);
}

/** `six thirty in the evening`, and the day if that is not clear. */
export function untilThen(at: Date, { now, person }: ToolContext): string {
  const zone = knownTimeZone(person.timeZone);
  const [present, then] = [localParts(now(), zone), localParts(at, zone)];
  const words = timeOfDayToWords(then);
  if (then.day !== present.day) return words === 'midnight' ? words : `${words} tomorrow`;
  return present.hour < MORNING_HOUR && then.hour >= MORNING_HOUR ? `${words} today` : words;
}

/** undefined if it is more than a day ahead, which may have twenty five hours. */
export function secondsUntil(at: Date, { now, person }: ToolContext): number | undefined {
  const zone = knownTimeZone(person.timeZone);
  const present = now();
  const sameTimeTomorrow = instantsAt(localMs(present, zone) + DAY_MS, zone).at(-1)!;
  const aheadMs = at.getTime() - present.getTime();
  return at > sameTimeTomorrow && aheadMs > DAY_MS ? undefined : Math.ceil(aheadMs / 1_000);
}

function setAlarm(at: Date, context: PhraseContext): string {
  const seconds = secondsUntil(at, context);
  if (seconds === undefined) return 'An alarm can be a day ahead at most.';
  const time = timeOfDayToWords(localParts(at, knownTimeZone(context.person.timeZone)));
  const message = `This is your alarm. It is ${time}.`;
  const added = setTimer.run({ label: alarmLabel(time), seconds, message }, context);
  if (added === undefined) return NO_ROOM;
  return `Your alarm is set for ${untilThen(at, context)}. It rings if this call is open then.`;
}

function alarmsIn(context: ToolContext): string {
  const alarms = listTimers.run({}, context).filter(isAlarm);
  if (alarms.length === 0) return 'There is no alarm set.';
  const times = alarms.map((alarm) => nameOf(alarm).replace(/ alarm$/, ''));
  const verb = alarms.length === 1 ? 'Your alarm is' : 'Your alarms are';
  return `${capitalised(verb)} set for ${listed(times)}.`;
}
