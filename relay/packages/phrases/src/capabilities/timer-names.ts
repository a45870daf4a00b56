import { durationAdjectiveSlot, durationToWords } from '../phrases/slots/duration.ts';
import { anyWordSlot } from '../phrases/slots/free-text.ts';
import { readWhole, type Reading, type Slot } from '../phrases/slot.ts';
import { isSmallWord } from '../phrases/match.ts';
import { vocabularySlot } from '../phrases/vocabulary.ts';
import { listed } from '../phrases/wording.ts';
import type { ReminderEntry } from '../conversation.ts';

const PURPOSES =
  'tea coffee pasta pizza egg/eggs bread rice oven laundry meeting break workout chicken soup potatoes cookies cake steak kitchen nap homework shower noodles fish';

/** What timers are set for that can be heard. */
export const purposeSlot = vocabularySlot(
  'purpose',
  PURPOSES.split(' ').map((forms) => {
    const spoken = forms.split('/');
    return { value: spoken[0]!, spoken };
  }),
);

/** Words that stand before a timer without being its name. */
const NOT_NAMES = new Set(
  'timer timers alarm alarms reminder reminders my your our all every any that this it them everything for in on of to and second minute hour seconds minutes hours new another one two last first next other have get me'.split(
    ' ',
  ),
);

/** What a timer is called: anything, if it is typed. */
export const timerNameSlot: Slot<string> = {
  *read(tokens, at): Iterable<Reading<string>> {
    yield* purposeSlot.read(tokens, at);
    for (const reading of anyWordSlot.read(tokens, at)) {
      if (!NOT_NAMES.has(reading.value) && !isSmallWord(reading.value)) yield reading;
    }
  },
};

const REMINDER = 'reminder';
const ALARM = / alarm$/;

export const reminderLabel = REMINDER;

export function alarmLabel(time: string): string {
  return `${time} alarm`;
}

export function isAlarm({ label }: ReminderEntry): boolean {
  return ALARM.test(label);
}

/** A timer without a name of its own is called by its time. */
export function unnamedLabel(seconds: number): string {
  return durationToWords(seconds, 'adjective');
}

/** How long a timer without a name was set for, seconds; undefined if it has a name. */
export function secondsOfUnnamed(label: string): number | undefined {
  return readWhole(durationAdjectiveSlot, label);
}

/** `pasta timer`, `five minute timer`, `reminder`, `six thirty alarm`. */
export function nameOf({ label }: Pick<ReminderEntry, 'label'>): string {
  return label === REMINDER || ALARM.test(label) ? label : `${label} timer`;
}

/** `the tea timer and the pasta timer`. */
export function namesOf(reminders: readonly ReminderEntry[]): string {
  return listed(reminders.map((reminder) => `the ${nameOf(reminder)}`));
}

/** `timer`, if all are timers; undefined if there are several kinds. */
export function kindOf(reminders: readonly ReminderEntry[]): string | undefined {
  const kinds = new Set(
    reminders.map((reminder) =>
      isAlarm(reminder) ? 'alarm' : reminder.label === REMINDER ? REMINDER : 'timer',
    ),
  );
  return kinds.size === 1 ? [...kinds][0] : undefined;
}
