import { z } from 'zod';
import { numberToWords } from '../phrases/number-words.ts';
import { durationAdjectiveSlot, durationSlot, durationToWords } from '../phrases/slots/duration.ts';
import { freeTextSlot } from '../phrases/slots/free-text.ts';
import { vocabularySlot } from '../phrases/vocabulary.ts';
import { capitalised, listed } from '../phrases/wording.ts';
import type { Reminder } from '../stages/generator.ts';
import type { Capability } from './capability.ts';
import { intent } from './intent.ts';
import { defineTool, type ToolContext } from './tool.ts';

/** Longer than any call lasts. */
const LONGEST_SECONDS = 86_400;
/** What a spoken or typed phrase may ask to be reminded of, characters. */
const LONGEST_TASK = 80;

const setTimer = defineTool({
  name: 'set_timer',
  description: 'Starts a timer or reminder. When it is done, the message is spoken to the person.',
  input: z.object({
    seconds: z.int().min(1).max(LONGEST_SECONDS),
    label: z.string().min(1).max(60).describe('A word or two, such as "pasta".'),
    message: z.string().min(1).max(200).optional(),
  }),
  run: ({ seconds, label, message }, { reminders }) =>
    reminders.add({
      label,
      text: message ?? `Your ${label} timer is done.`,
      delayMs: seconds * 1_000,
    }),
  report: (added) =>
    added === undefined
      ? 'No timer was set: there are as many as there may be. One must be cancelled first.'
      : `The timer is set. Its id is ${added.id}.`,
});

const listTimers = defineTool({
  name: 'list_timers',
  description: 'The running timers and the time left.',
  input: z.object({}),
  run: (_, { reminders }) => reminders.list(),
  report: reportOf,
});

const cancelTimer = defineTool({
  name: 'cancel_timer',
  description: 'Cancels one timer or all.',
  input: z.object({
    id: z.union([z.number(), z.literal('all')]).describe('From list_timers, or "all".'),
  }),
  run({ id }, { reminders }) {
    const running = reminders.list();
    const cancelled = running.filter((reminder) => id === 'all' || reminder.id === id);
    for (const reminder of cancelled) reminders.cancel(reminder.id);
    return { cancelled, running };
  },
  report: ({ cancelled, running }) =>
    cancelled.length === 0
      ? `There is no such timer. ${reportOf(running)}`
      : `Cancelled: ${cancelled.map(({ label }) => label).join(', ')}.`,
});

function reportOf(running: readonly Reminder[]): string {
  if (running.length === 0) return 'No timer is running.';
  return running
    .map(
      ({ id, label, remainingMs }) =>
        `id ${id}: ${label}, ${Math.ceil(remainingMs / 1_000)} seconds left`,
    )
    .join('\n');
}

const PURPOSES = 'tea coffee pasta pizza egg bread rice oven laundry meeting break workout';

const purposeSlot = vocabularySlot(
  'purpose',
  PURPOSES.split(' ').map((purpose) => ({ value: purpose, spoken: [purpose] })),
);

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
      phrases: ['(set | start) a timer for <seconds>', 'remind me in <seconds>'],
      typed: [
        '[set | start | create] timer [for | of] <seconds>',
        '[set | start] <seconds> timer',
        'wake me [up] in <seconds>',
        'count down [from] <seconds>',
      ],
      slots: { seconds: durationSlot },
      answer: ({ seconds }, context) => start(seconds, context),
    }),
    intent({
      phrases: ['(set | start) a <seconds> timer'],
      slots: { seconds: durationAdjectiveSlot },
      answer: ({ seconds }, context) => start(seconds, context),
    }),
    intent({
      phrases: ['(set | start) a <purpose> timer for <seconds>'],
      typed: [
        '[set | start] timer for <purpose> for <seconds>',
        '[set | start] <seconds> timer for <purpose>',
        '[set | start] <seconds> <purpose> timer',
      ],
      slots: { purpose: purposeSlot, seconds: durationSlot },
      answer: ({ purpose, seconds }, context) => start(seconds, context, purpose),
    }),
    intent({
      typed: [
        'remind me in <seconds> (to | about) <task>',
        'remind me (to | about) <task> in <seconds>',
        'in <seconds> remind me (to | about) <task>',
      ],
      slots: { seconds: durationSlot, task: freeTextSlot },
      answer: ({ seconds, task }, context) => remind(task, seconds, context),
    }),
    intent({
      phrases: ['how (much time | long) is left', 'what timers are running', 'list my timers'],
      typed: [
        'how (much time | long) is left on [my] (timer | timers)',
        'how (much | long | many) [time] [is] left',
        'how much longer',
        '(show | list | check) [me] [my | all] (timer | timers)',
        'what timers do i have',
        'are there any timers [running]',
        'timers',
      ],
      answer: (_, context) => listOf(listTimers.run({}, context)),
    }),
    intent({
      phrases: ['how (much time | long) is left on the <purpose> timer'],
      typed: ['how long [is left] for [my] <purpose> [timer]'],
      slots: { purpose: purposeSlot },
      answer: ({ purpose }, context) => {
        const found = listTimers.run({}, context).find(({ label }) => label === purpose);
        return found === undefined
          ? `There is no ${purpose} timer running.`
          : `${capitalised(left(found))}.`;
      },
    }),
    intent({
      phrases: ['(cancel | stop) (the timer | all timers)'],
      typed: [
        '(cancel | stop | delete | remove | clear | end) [all] [my] [of] [my] (timer | timers | reminders | everything)',
      ],
      answer: (_, context) => cancelAll(context),
    }),
    intent({
      phrases: ['(cancel | stop) the <purpose> timer'],
      typed: ['(cancel | stop | delete | remove) [my] <purpose> [timer]'],
      slots: { purpose: purposeSlot },
      answer: ({ purpose }, context) => cancelLabelled(purpose, context),
    }),
    intent({
      phrases: ['(cancel | stop) the <seconds> timer'],
      typed: ['(delete | remove) [my] <seconds> timer', '(cancel | stop) my <seconds> timer'],
      slots: { seconds: durationAdjectiveSlot },
      answer: ({ seconds }, context) =>
        cancelLabelled(durationToWords(seconds, 'adjective'), context),
    }),
  ],
};

function start(
  seconds: number,
  context: ToolContext,
  label = durationToWords(seconds, 'adjective'),
): string {
  const refusal = refusalOf(seconds);
  if (refusal !== undefined) return refusal;
  if (setTimer.run({ label, seconds }, context) === undefined) return FULL;
  const name = label === durationToWords(seconds, 'adjective') ? 'timer' : `${label} timer`;
  return `Your ${name} is set for ${durationToWords(seconds)}.`;
}

function remind(task: string, seconds: number, context: ToolContext): string {
  const refusal = refusalOf(seconds);
  if (refusal !== undefined) return refusal;
  if (task.length > LONGEST_TASK) return 'That is a long reminder. Please put it in fewer words.';
  const message = `This is your reminder: ${fromYourSide(task)}.`;
  const added = setTimer.run({ label: 'reminder', seconds, message }, context);
  return added === undefined ? FULL : `I will remind you in ${durationToWords(seconds)}.`;
}

const FULL = 'I cannot keep any more timers. Cancel one first, and then ask me again.';

function refusalOf(seconds: number): string | undefined {
  if (seconds < 1) return 'A timer needs at least one second.';
  if (seconds > LONGEST_SECONDS) return 'A timer can run for a day at most.';
  return undefined;
}

/** "Call my mother" → "call your mother". */
function fromYourSide(task: string): string {
  const swapped: Readonly<Record<string, string>> = {
    my: 'your',
    me: 'you',
    i: 'you',
    mine: 'yours',
    myself: 'yourself',
  };
  return task.replace(/\b[a-z]+\b/g, (word) => swapped[word] ?? word);
}

function listOf(running: readonly Reminder[]): string {
  const [only] = running;
  if (only === undefined) return 'There is no timer running.';
  if (running.length === 1) return `${capitalised(left(only))}.`;
  return `There are ${numberToWords(running.length)} timers. ${capitalised(listed(running.map(left)))}.`;
}

function left({ label, remainingMs }: Reminder): string {
  const name = label === 'reminder' ? 'your reminder' : `your ${label} timer`;
  const seconds = Math.max(1, Math.ceil(remainingMs / 1000));
  return `${durationToWords(seconds)} left on ${name}`;
}

function cancelAll(context: ToolContext): string {
  const count = cancelTimer.run({ id: 'all' }, context).cancelled.length;
  if (count === 0) return 'There is no timer running.';
  if (count === 1) return 'The timer is cancelled.';
  return count === 2
    ? 'Both timers are cancelled.'
    : `All ${numberToWords(count)} timers are cancelled.`;
}

function cancelLabelled(label: string, context: ToolContext): string {
  const found = listTimers.run({}, context).find((reminder) => reminder.label === label);
  if (found === undefined) return `There is no ${label} timer running.`;
  cancelTimer.run({ id: found.id }, context);
  return `The ${label} timer is cancelled.`;
}
