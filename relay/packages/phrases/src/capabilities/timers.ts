import { numberToWords } from '../phrases/number-words.ts';
import { durationAdjectiveSlot, durationSlot, durationToWords } from '../phrases/slots/duration.ts';
import { capitalised, listed } from '../phrases/wording.ts';
import type { ReminderEntry } from '../conversation.ts';
import { alarmIntents } from './alarms.ts';
import type { Capability } from './capability.ts';
import { intent } from './intent.ts';
import { reminderIntents } from './reminders.ts';
import { timerChanges } from './timer-changes.ts';
import { nameOf, purposeSlot, timerNameSlot, unnamedLabel } from './timer-names.ts';
import { cancelTimer, listTimers, NO_ROOM, setTimer, timeProblem } from './timer-tools.ts';
import type { ToolContext } from './tool.ts';

const SET =
  'set | start | create | make | put on | begin | i need | i want | i would like | give me | run | set up';

export const timers: Capability = {
  name: 'timers',
  tools: [setTimer, listTimers, cancelTimer],
  examples: [
    'Set a timer for five seconds.',
    'Set a pasta timer for ten minutes.',
    'How much time is left?',
    'Cancel the timer.',
  ],
  intents: [
    intent({
      phrases: [
        '(set | start) a timer for <seconds>',
        "i'd like a timer for <seconds>",
        'timer <seconds>',
      ],
      variants: [
        `(${SET}) [me] [a | my] timer (for | of) <seconds>`,
        `(${SET}) [me] [a | my] <seconds> timer`,
        '(set | start | i need | can i have) a (quick | little | short | new) timer for <seconds>',
        '(i kind of need | can i have | can i get | i just need) a timer for [about | just] <seconds>',
        '(wake me [up] | count down | remind me) (in | from | after) <seconds>',
        '(let me know | tell me | ring | beep | call me | alert me) (in | after | when | once) <seconds> [are up | is up | are over | is over | have passed | has passed]',
        `[and | ${SET}] (another | one more) [one | timer] for <seconds>`,
        `[and | ${SET}] (another | one more) <seconds> timer`,
      ],
      typed: [
        `[${SET}] [me | my] timer [for | of | to] <seconds>`,
        `[${SET}] [me | my] <seconds> timer`,
        `[and] [${SET}] (another | one more | second) [one | timer] for <seconds>`,
        `[and] [${SET}] (another | one more | second) <seconds> timer`,
        'remind me <seconds> from now',
        '(time | count | count down) <seconds>',
      ],
      slots: { seconds: durationSlot },
      answer: ({ seconds }, context) => start(seconds, context),
      topic: ({ seconds }) => ({ kind: 'timer', seconds }),
    }),
    intent({
      phrases: ['remind me in <seconds>', 'wake me [up] in <seconds>'],
      slots: { seconds: durationSlot },
      answer: ({ seconds }, context) => start(seconds, context),
      topic: ({ seconds }) => ({ kind: 'timer', seconds }),
    }),
    intent({
      phrases: ['(set | start) a <seconds> timer', '<seconds> timer'],
      slots: { seconds: durationAdjectiveSlot },
      answer: ({ seconds }, context) => start(seconds, context),
      topic: ({ seconds }) => ({ kind: 'timer', seconds }),
    }),
    intent({
      phrases: [
        '(set | start) a <purpose> timer for <seconds>',
        '(set | start) a timer for the <purpose> for <seconds>',
      ],
      variants: [
        `(${SET}) [a] timer for [my | the] <purpose> for <seconds>`,
        `(${SET}) [a] timer for <seconds> (for [my] | called) <purpose>`,
        `(${SET}) [a | another] <purpose> timer for <seconds>`,
      ],
      slots: { purpose: purposeSlot, seconds: durationSlot },
      answer: ({ purpose, seconds }, context) => start(seconds, context, purpose),
      topic: ({ seconds }) => ({ kind: 'timer', seconds }),
    }),
    intent({
      typed: [
        `[${SET}] timer for [my] <purpose> (for | of | in) <seconds>`,
        `[${SET}] timer (for | of) <seconds> (for [my] | called | named | labeled) <purpose>`,
        `[${SET}] <seconds> timer (for [my] | called | named | labeled) <purpose>`,
        `[${SET}] <seconds> <purpose> timer`,
        `[${SET}] [another] <purpose> timer [for | of | to] <seconds>`,
        `[${SET}] timer (called | named | labeled) <purpose> (for | of) <seconds>`,
        'time [my] <purpose> for <seconds>',
      ],
      slots: { purpose: timerNameSlot, seconds: durationSlot },
      answer: ({ purpose, seconds }, context) => start(seconds, context, purpose),
      topic: ({ seconds }) => ({ kind: 'timer', seconds }),
    }),
    ...reminderIntents,
    ...alarmIntents,
    ...timerChanges,
    intent({
      phrases: [
        'how (much time | long) is left',
        'what timers are running',
        'list my timers',
        'how many timers do i have',
      ],
      variants: [
        'how (much time | long) (is left | remains | do i have | do i have left | is remaining) [(on | in | for) [my | the] (timer | timers)]',
        'how (much | long | many) [time] [is | is there] left [(on | in | for) [my | the] (timer | timers)]',
        'how much longer [is it | will it take | does it take]',
        '(show | list | check | read) [me] [my | all] (timer | timers | reminders)',
        '(how many | which | what) (timers | reminders) (are running | are there | do i have | are set | are active | have i got | have i set) [running | set]',
        '(are there | do i have | have i set | have i got | is there) any (timers | timer | reminders | reminder) [running | set]',
        'when (does | will) [my | the] timer (ring | end | go off)',
      ],
      typed: ['timers'],
      answer: (_, context) => listOf(listTimers.run({}, context)),
    }),
    intent({
      phrases: ['how (much time | long) is left on the <purpose> [timer]'],
      variants: [
        'how (long | much time) [is left | is it | do i have | do i have left] (for | on | until | till) [my | the] <purpose> [timer] [left | is done | is ready]',
        'how (long | much time) does [my | the] <purpose> [timer] (have left | have | still need | need | take)',
        'when (is | will) [my | the] <purpose> [timer] [be] (done | ready)',
      ],
      slots: { purpose: purposeSlot },
      answer: ({ purpose }, context) => leftOn(purpose, context),
    }),
    intent({
      typed: [
        'how (long | much time) (is left | remains | do i have | do i have left) (on | for) [my] <purpose> [timer]',
        '(what about | how about | and | check) [my] <purpose> timer',
      ],
      slots: { purpose: timerNameSlot },
      answer: ({ purpose }, context) => leftOn(purpose, context),
    }),
  ],
};

function start(seconds: number, context: ToolContext, label = unnamedLabel(seconds)): string {
  const problem = timeProblem(seconds);
  if (problem !== undefined) return problem;
  if (setTimer.run({ label, seconds }, context) === undefined) return NO_ROOM;
  const name = label === unnamedLabel(seconds) ? 'timer' : `${label} timer`;
  return `Your ${name} is set for ${durationToWords(seconds)}.`;
}

function leftOn(label: string, context: ToolContext): string {
  const found = listTimers.run({}, context).find((reminder) => reminder.label === label);
  return found === undefined
    ? `There is no ${label} timer running.`
    : `${capitalised(left(found))}.`;
}

function listOf(running: readonly ReminderEntry[]): string {
  const [only] = running;
  if (only === undefined) return 'There is no timer running.';
  if (running.length === 1) return `${capitalised(left(only))}.`;
  return `There are ${numberToWords(running.length)} timers. ${capitalised(listed(running.map(left)))}.`;
}

function left(reminder: ReminderEntry): string {
  const seconds = Math.max(1, Math.ceil(reminder.remainingMs / 1000));
  return `${durationToWords(seconds)} left on your ${nameOf(reminder)}`;
}
