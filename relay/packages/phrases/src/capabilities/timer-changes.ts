import { numberToWords } from '../phrases/number-words.ts';
import { durationAdjectiveSlot, durationSlot, durationToWords } from '../phrases/slots/duration.ts';
import { smallNumberSlot } from '../phrases/slots/number.ts';
import { vocabularySlot } from '../phrases/vocabulary.ts';
import type { ReminderEntry } from '../conversation.ts';
import { intent, type Intent } from './intent.ts';
import type { PhraseContext, Topic } from './phrase-context.ts';
import {
  isAlarm,
  kindOf,
  nameOf,
  namesOf,
  purposeSlot,
  reminderLabel,
  secondsOfUnnamed,
  timerNameSlot,
  unnamedLabel,
} from './timer-names.ts';
import { cancelTimer, listTimers, setTimer, timeProblem } from './timer-tools.ts';
import type { ToolContext } from './tool.ts';

const unitSlot = vocabularySlot('timer_unit', [
  { value: 1, spoken: ['seconds'], typed: ['second'] },
  { value: 60, spoken: ['minutes'], typed: ['minute'] },
  { value: 3_600, spoken: ['hours'], typed: ['hour'] },
]);

const earlierTopic = (_: unknown, earlier: Topic | undefined): Topic | undefined => earlier;

/** Cancelling timers and changing how long they run. */
export const timerChanges: readonly Intent[] = [
  intent({
    phrases: ['add [another] <seconds>', 'add <seconds> to the timer'],
    variants: [
      '[and] (add | extend it by | extend [my | the] timer by | give it | give me) [another] <seconds> [more | longer] [to (it | that | [my | the] timer)]',
    ],
    typed: ['[and] (another | plus) <seconds>'],
    slots: { seconds: durationSlot },
    answer: ({ seconds }, context) => changed(context, undefined, (left) => left + seconds),
    topic: earlierTopic,
  }),
  intent({
    phrases: ['add <seconds> to the <purpose> timer'],
    slots: { seconds: durationSlot, purpose: purposeSlot },
    answer: ({ seconds, purpose }, context) => changed(context, purpose, (left) => left + seconds),
    topic: earlierTopic,
  }),
  intent({
    typed: [
      '(add | give) [another] <seconds> [more] (to | for | on) [my] <purpose> [timer]',
      'extend [my] <purpose> timer by <seconds>',
    ],
    slots: { seconds: durationSlot, purpose: timerNameSlot },
    answer: ({ seconds, purpose }, context) => changed(context, purpose, (left) => left + seconds),
    topic: earlierTopic,
  }),
  intent({
    phrases: ['<amount> more <unit>', 'give me <amount> more <unit>'],
    variants: ['(add | give it | i need | make it) <amount> more <unit> [to [my | the] timer]'],
    slots: { amount: smallNumberSlot, unit: unitSlot },
    answer: ({ amount, unit }, context) =>
      changed(context, undefined, (left) => left + amount * unit),
    topic: earlierTopic,
  }),
  intent({
    phrases: ['make it <seconds>'],
    variants: [
      '(make | change | set) (it | that | [my | the] timer) [to | for] <seconds> [instead]',
    ],
    slots: { seconds: durationSlot },
    answer: ({ seconds }, context) => changed(context, undefined, () => seconds),
    topic: ({ seconds }) => ({ kind: 'timer', seconds }),
  }),
  intent({
    phrases: ['make it <amount>'],
    variants: ['(make | change | set) (it | that) [to] <amount> [instead]'],
    typed: ['no <amount>'],
    slots: { amount: smallNumberSlot },
    answer: ({ amount }, context) => {
      const unit = unitOf(context.topic);
      return changed(context, undefined, () => amount * unit);
    },
    topic: earlierTopic,
  }),
  intent({
    phrases: ['(cancel | stop) the timer', 'cancel it'],
    variants: [
      '(cancel | stop | delete | remove | clear | end | kill | turn off | switch off) [my | the | that | this] timer',
      '[no | never mind | nevermind] (cancel | delete | remove) (it | that | that one)',
    ],
    typed: ['cancel'],
    answer: (_, context) => cancelOne(context),
  }),
  intent({
    phrases: ['(cancel | stop) (all timers | everything)', 'cancel all'],
    variants: [
      '(cancel | stop | delete | remove | clear | end | kill | turn off) [all] [of] [my | the] (timers | reminders | everything | timers and reminders)',
      '(cancel | stop | delete | remove | clear) (all [of them] | them all | them | both | both of them | both timers)',
    ],
    answer: (_, context) => cancelAll(context),
  }),
  intent({
    phrases: ['(cancel | stop) the <purpose> timer'],
    variants: ['(cancel | stop) the <purpose> one'],
    typed: ['[cancel | stop | delete | remove] [my] <purpose> one'],
    slots: { purpose: purposeSlot },
    answer: ({ purpose }, context) => cancelLabelled(purpose, context),
  }),
  intent({
    phrases: ['(cancel | stop) the <seconds> timer'],
    variants: ['(cancel | stop | delete | remove) [my] <seconds> (timer | one)'],
    slots: { seconds: durationAdjectiveSlot },
    answer: ({ seconds }, context) => cancelLabelled(unnamedLabel(seconds), context),
  }),
  intent({
    typed: ['(cancel | stop | delete | remove | clear | end) [my] <purpose> timer'],
    slots: { purpose: timerNameSlot },
    answer: ({ purpose }, context) => cancelLabelled(purpose, context),
  }),
  intent({
    variants: ['(cancel | delete | remove) the <purpose>'],
    typed: ['(cancel | stop | delete | remove) [my] <purpose>'],
    slots: { purpose: purposeSlot },
    answer: ({ purpose }, context) => cancelLabelled(purpose, context),
  }),
  intent({
    phrases: ['cancel (my reminder | my reminders)'],
    variants: ['(cancel | stop | delete | remove | clear) [my | all] [my] (reminder | reminders)'],
    answer: (_, context) =>
      cancelWhere(context, ({ label }) => label === reminderLabel, 'reminder'),
  }),
  intent({
    phrases: ['cancel (the alarm | my alarms)'],
    variants: [
      '(cancel | stop | delete | remove | clear | turn off | switch off) [my | all] [my] (alarm | alarms)',
    ],
    answer: (_, context) => cancelWhere(context, isAlarm, 'alarm'),
  }),
];

/** In which unit a number alone is meant: the one that the timer was set in. */
function unitOf(topic: Topic | undefined): number {
  const seconds = topic?.kind === 'timer' ? topic.seconds : 60;
  if (seconds < 60) return 1;
  return seconds % 3_600 === 0 ? 3_600 : 60;
}

/** Those that can run longer or shorter, and among them the one that is meant, if that is clear. */
function meant(context: PhraseContext): ReminderEntry | readonly ReminderEntry[] {
  const running = listTimers.run({}, context);
  const [first] = running;
  if (first === undefined || running.length === 1) return first ?? [];
  // "It" is what was spoken of last.
  if (context.topic?.kind !== 'timer') return running;
  return running.reduce((newest, reminder) => (reminder.id > newest.id ? reminder : newest));
}

const NONE = 'There is no timer running.';

function changed(
  context: PhraseContext,
  label: string | undefined,
  secondsFrom: (secondsLeft: number) => number,
): string {
  const found = label === undefined ? meant(context) : labelled(label, context);
  if (found === undefined) return `There is no ${label} timer running.`;
  if (!('id' in found)) {
    return found.length === 0 ? NONE : `Which one do you mean, ${orOf(found)}?`;
  }
  const leftSeconds = Math.ceil(found.remainingMs / 1_000);
  const seconds = Math.round(secondsFrom(leftSeconds));
  const problem = timeProblem(seconds);
  if (problem !== undefined) return problem;
  const total = secondsOfUnnamed(found.label);
  const isTimer = kindOf([found]) === 'timer';
  const newLabel = total === undefined ? found.label : unnamedLabel(secondsFrom(total));
  const message = isTimer ? {} : { message: found.text };
  cancelTimer.run({ id: found.id }, context);
  setTimer.run({ label: newLabel, seconds, ...message }, context);
  const name = total === undefined ? nameOf(found) : 'timer';
  return `Your ${name} now has ${durationToWords(seconds)} left.`;
}

function orOf(reminders: readonly ReminderEntry[]): string {
  return namesOf(reminders).replace(/ and (?!.* and )/, ' or ');
}

function labelled(label: string, context: ToolContext): ReminderEntry | undefined {
  return listTimers.run({}, context).find((reminder) => reminder.label === label);
}

function cancelOne(context: PhraseContext): string {
  const found = meant(context);
  if ('id' in found) {
    const isOnly = listTimers.run({}, context).length === 1;
    cancelTimer.run({ id: found.id }, context);
    return `The ${isOnly ? (kindOf([found]) ?? 'timer') : nameOf(found)} is cancelled.`;
  }
  return found.length === 0
    ? NONE
    : `There are ${numberToWords(found.length)}: ${namesOf(found)}. Say which one, or cancel all.`;
}

function cancelAll(context: ToolContext): string {
  return cancelledToWords(cancelTimer.run({ id: 'all' }, context).cancelled, 'timer');
}

function cancelWhere(
  context: ToolContext,
  isOne: (reminder: ReminderEntry) => boolean,
  kind: string,
): string {
  const found = listTimers.run({}, context).filter(isOne);
  for (const { id } of found) cancelTimer.run({ id }, context);
  return cancelledToWords(found, kind);
}

function cancelledToWords(cancelled: readonly ReminderEntry[], wanted: string): string {
  const count = cancelled.length;
  if (count === 0) return wanted === 'timer' ? NONE : `There is no ${wanted} set.`;
  const kind = kindOf(cancelled);
  if (count === 1) return `The ${kind ?? 'timer'} is cancelled.`;
  const things = kind === undefined ? '' : ` ${kind}s`;
  return count === 2
    ? `Both${things} are cancelled.`
    : `All ${numberToWords(count)}${things} are cancelled.`;
}

function cancelLabelled(label: string, context: ToolContext): string {
  const found = labelled(label, context);
  if (found === undefined) return `There is no ${label} timer running.`;
  cancelTimer.run({ id: found.id }, context);
  return `The ${label} timer is cancelled.`;
}
