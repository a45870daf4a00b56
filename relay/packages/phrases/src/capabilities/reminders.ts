import { clockTimeSlot, dayTimeSlot } from '../phrases/slots/clock-time.ts';
import { durationSlot, durationToWords } from '../phrases/slots/duration.ts';
import { freeTextSlot } from '../phrases/slots/free-text.ts';
import { vocabularySlot } from '../phrases/vocabulary.ts';
import { nextTime, secondsUntil, untilThen } from './alarms.ts';
import { intent, type Intent } from './intent.ts';
import { reminderLabel } from './timer-names.ts';
import { NO_ROOM, setTimer, timeProblem } from './timer-tools.ts';
import type { ToolContext } from './tool.ts';

/** What a phrase may ask to be reminded of, characters. */
const LONGEST_TASK = 80;

const TASKS =
  'call mom, call dad, call my wife, call my husband, check the oven, turn off the oven, turn off the stove, take out the trash, drink water, feed the cat, feed the dog, walk the dog, take my medicine, take my pills, buy milk, water the plants, do the laundry, do the dishes, take a break, go to bed, stretch, pay the bills, send the email, clean the kitchen, lock the door';

/** What people want to be reminded of that can be heard. */
const taskSlot = vocabularySlot(
  'task',
  TASKS.split(', ').map((task) => ({ value: task, spoken: [task] })),
);

export const reminderIntents: readonly Intent[] = [
  intent({
    phrases: ['remind me to <task> in <seconds>', 'remind me in <seconds> to <task>'],
    variants: [
      'set reminder to <task> in <seconds>',
      'set reminder in <seconds> to <task>',
      'in <seconds> remind me to <task>',
    ],
    slots: { seconds: durationSlot, task: taskSlot },
    answer: ({ seconds, task }, context) => remind(task, seconds, context),
  }),
  intent({
    typed: [
      'remind me in <seconds> (to | about | that) <task>',
      '(remind me | set [me] reminder | reminder) (to | about | for) <task> in <seconds>',
      'in <seconds> remind me (to | about) <task>',
      '(tell me | i need) to <task> in <seconds>',
      'set reminder in <seconds> (to | for) <task>',
    ],
    slots: { seconds: durationSlot, task: freeTextSlot },
    answer: ({ seconds, task }, context) => remind(task, seconds, context),
  }),
  intent({
    phrases: ['remind me to <task> at <time>'],
    variants: [
      'remind me at <time> to <task>',
      'set reminder to <task> at <time>',
      'at <time> remind me to <task>',
    ],
    slots: { time: clockTimeSlot, task: taskSlot },
    answer: ({ time, task }, context) => remindAt(task, nextTime(time, context), context),
  }),
  intent({
    typed: [
      '(remind me | set [me] reminder) <time> (to | about) <task>',
      '(remind me | set [me] reminder | reminder) (to | about | for) <task> <time>',
      '<time> remind me (to | about) <task>',
    ],
    slots: { time: dayTimeSlot, task: freeTextSlot },
    answer: ({ time, task }, context) => remindAt(task, nextTime(time, context), context),
  }),
];

function remind(task: string, seconds: number, context: ToolContext): string {
  return timeProblem(seconds) ?? added(task, seconds, `in ${durationToWords(seconds)}`, context);
}

function remindAt(task: string, at: Date, context: ToolContext): string {
  const seconds = secondsUntil(at, context);
  if (seconds === undefined) return 'A reminder can be a day ahead at most.';
  return added(task, seconds, `at ${untilThen(at, context)}`, context);
}

function added(task: string, seconds: number, when: string, context: ToolContext): string {
  if (task.length > LONGEST_TASK) return 'That is a long reminder. Please put it in fewer words.';
  const yours = fromYourSide(task);
  const message = `This is your reminder: ${yours}.`;
  const reminder = setTimer.run({ label: reminderLabel, seconds, message }, context);
  return reminder === undefined ? NO_ROOM : `I will remind you ${when}: ${yours}.`;
}

/** "Call my mother" → "call your mother". */
function fromYourSide(task: string): string {
  return task.replace(/\b[a-z]+\b/g, (word) => FROM_YOUR_SIDE.get(word) ?? word);
}

const FROM_YOUR_SIDE: ReadonlyMap<string, string> = new Map([
  ['my', 'your'],
  ['me', 'you'],
  ['i', 'you'],
  ['mine', 'yours'],
  ['myself', 'yourself'],
]);
