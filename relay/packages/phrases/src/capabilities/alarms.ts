import { knownTimeZone, localParts } from '@parley/shared/time-zone';
import { clockTimeSlot, minutesOfDay, type ClockTime } from '../phrases/slots/clock-time.ts';
import { intent, type Intent } from './intent.ts';
import type { PhraseContext } from './phrase-context.ts';
import { timeOfDayToWords } from './time-words.ts';
import { alarmLabel, isAlarm, nameOf } from './timer-names.ts';
import { listTimers, NO_ROOM, setTimer, timeProblem } from './timer-tools.ts';
import type { ToolContext } from './tool.ts';
import { capitalised, listed } from '../phrases/wording.ts';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;

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
    phrases: ['wake me up at <time>'],
    variants: ['(wake me | get me up) [up] at <time>'],
    slots: { time: clockTimeSlot },
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

/** When it is that time next. */
export function nextTime(time: ClockTime, context: ToolContext): Date {
  return earliest(minutesOfDay(time), time.isTomorrow, context);
}

/** Sleep is mostly over in the morning: by day "at six" is the next morning. */
function nextWaking(time: ClockTime, context: ToolContext): Date {
  const isMorning = time.half === undefined && time.hour >= 4 && time.hour <= 11;
  return nextTime(isMorning ? { ...time, half: 'am' } : time, context);
}

function earliest(minutes: readonly number[], isTomorrow: boolean, context: ToolContext): Date {
  const now = context.now();
  const { hour, minute } = localParts(now, knownTimeZone(context.person.timeZone));
  const passed = hour * 60 + minute;
  const ahead = minutes.map((at) =>
    isTomorrow ? at + DAY_MINUTES - passed : at > passed ? at - passed : at + DAY_MINUTES - passed,
  );
  const wanted = Math.min(...ahead);
  const begun = now.getTime() - (now.getTime() % MINUTE_MS);
  const at = new Date(begun + wanted * MINUTE_MS);
  // If summer time begins or ends before then, the clock will be an hour off.
  const then = localParts(at, knownTimeZone(context.person.timeZone));
  const off = (then.hour * 60 + then.minute - ((passed + wanted) % DAY_MINUTES)) % DAY_MINUTES;
  const shift =
    off > DAY_MINUTES / 2 ? off - DAY_MINUTES : off < -DAY_MINUTES / 2 ? off + DAY_MINUTES : off;
  return new Date(at.getTime() - shift * MINUTE_MS);
}

/** `six thirty in the evening`, and whether that is tomorrow. */
export function untilThen(at: Date, { now, person }: ToolContext): string {
  const zone = knownTimeZone(person.timeZone);
  const isToday = localParts(at, zone).day === localParts(now(), zone).day;
  return `${timeOfDayToWords(localParts(at, zone))}${isToday ? '' : ' tomorrow'}`;
}

function setAlarm(at: Date, context: PhraseContext): string {
  const seconds = Math.ceil((at.getTime() - context.now().getTime()) / 1_000);
  if (timeProblem(seconds) !== undefined) return 'An alarm can be a day ahead at most.';
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
