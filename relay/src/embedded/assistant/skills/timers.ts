import type { Reminder } from '../../../stages/generator.ts';
import { defineSkill, intent, type SkillContext } from '../language/skill.ts';
import { capitalised, listed } from '../language/sentences.ts';
import { vocabularySlot } from '../language/vocabulary.ts';
import { numberToWords } from '../language/number-words.ts';
import { durationAdjectiveSlot, durationSlot, durationToWords } from '../slots/duration.ts';
import { freeTextSlot } from '../slots/free-text.ts';

/** Longer than any call lasts. */
const LONGEST_SECONDS = 86_400;
/** What someone may be reminded of, characters. */
const LONGEST_TASK = 80;

const purposeSlot = vocabularySlot(
  'purpose',
  [
    'tea',
    'coffee',
    'pasta',
    'pizza',
    'egg',
    'bread',
    'rice',
    'oven',
    'laundry',
    'meeting',
    'break',
    'workout',
  ].map((purpose) => ({ value: purpose, spoken: [purpose] })),
);

export const timers = defineSkill({
  name: 'timers',
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
      answer: ({ seconds }, context) =>
        start(durationToWords(seconds, 'adjective'), seconds, context),
    }),
    intent({
      phrases: ['(set | start) a <seconds> timer'],
      slots: { seconds: durationAdjectiveSlot },
      answer: ({ seconds }, context) =>
        start(durationToWords(seconds, 'adjective'), seconds, context),
    }),
    intent({
      phrases: ['(set | start) a <purpose> timer for <seconds>'],
      typed: [
        '[set | start] timer for <purpose> for <seconds>',
        '[set | start] <seconds> timer for <purpose>',
        '[set | start] <seconds> <purpose> timer',
      ],
      slots: { purpose: purposeSlot, seconds: durationSlot },
      answer: ({ purpose, seconds }, context) => start(purpose, seconds, context),
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
      answer: (_, { reminders }) => listOf(reminders.list()),
    }),
    intent({
      phrases: ['how (much time | long) is left on the <purpose> timer'],
      typed: ['how long [is left] for [my] <purpose> [timer]'],
      slots: { purpose: purposeSlot },
      answer: ({ purpose }, { reminders }) => {
        const found = reminders.list().find(({ label }) => label === purpose);
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
      answer: (_, { reminders }) => cancelAll(reminders.list(), (id) => reminders.cancel(id)),
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
});

function start(label: string, seconds: number, { reminders }: SkillContext): string {
  const refusal = refusalOf(seconds);
  if (refusal !== undefined) return refusal;
  const added = reminders.add({
    label,
    text: `Your ${label} timer is done.`,
    delayMs: seconds * 1000,
  });
  if (added === undefined) return FULL;
  const length = durationToWords(seconds);
  return label === durationToWords(seconds, 'adjective')
    ? `Your timer is set for ${length}.`
    : `Your ${label} timer is set for ${length}.`;
}

function remind(task: string, seconds: number, { reminders }: SkillContext): string {
  const refusal = refusalOf(seconds);
  if (refusal !== undefined) return refusal;
  if (task.length > LONGEST_TASK) return 'That is a long reminder. Please put it in fewer words.';
  const added = reminders.add({
    label: 'reminder',
    text: `This is your reminder: ${fromYourSide(task)}.`,
    delayMs: seconds * 1000,
  });
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

function cancelAll(running: readonly Reminder[], cancel: (id: number) => void): string {
  for (const { id } of running) cancel(id);
  if (running.length === 0) return 'There is no timer running.';
  if (running.length === 2) return 'Both timers are cancelled.';
  return running.length === 1
    ? 'The timer is cancelled.'
    : `All ${numberToWords(running.length)} timers are cancelled.`;
}

function cancelLabelled(label: string, { reminders }: SkillContext): string {
  const found = reminders.list().find((reminder) => reminder.label === label);
  if (found === undefined) return `There is no ${label} timer running.`;
  reminders.cancel(found.id);
  return `The ${label} timer is cancelled.`;
}
