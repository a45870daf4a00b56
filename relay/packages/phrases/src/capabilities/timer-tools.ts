import { z } from 'zod';
import { inFigures } from '../phrases/written-form.ts';
import type { ReminderEntry } from '../conversation.ts';
import { defineTool } from './tool.ts';

/** Longer than any call lasts. */
export const LONGEST_TIMER_SECONDS = 86_400;

export const setTimer = defineTool({
  name: 'set_timer',
  description: 'Starts a timer or reminder. When it is done, the message is spoken to the person.',
  input: z.object({
    seconds: z.int().min(1).max(LONGEST_TIMER_SECONDS),
    label: z.string().min(1).max(60).describe('A word or two, such as "pasta".'),
    message: z.string().min(1).max(200).optional(),
  }),
  run: ({ seconds, label, message }, { reminders }) =>
    reminders.add({
      label,
      text: message ?? inFigures(`Your ${label} timer is done.`),
      delayMs: seconds * 1_000,
    }),
  report: (added) =>
    added === undefined
      ? 'No timer was set: there are as many as there may be. One must be cancelled first.'
      : `The timer is set. Its id is ${added.id}.`,
});

export const listTimers = defineTool({
  name: 'list_timers',
  description: 'The running timers and the time left.',
  input: z.object({}),
  run: (_, { reminders }) => reminders.list(),
  report: reportOf,
});

export const cancelTimer = defineTool({
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

function reportOf(running: readonly ReminderEntry[]): string {
  if (running.length === 0) return 'No timer is running.';
  return running
    .map(
      ({ id, label, remainingMs }) =>
        `id ${id}: ${label}, ${Math.ceil(remainingMs / 1_000)} seconds left`,
    )
    .join('\n');
}

export const NO_ROOM = 'I cannot keep any more timers. Cancel one first, and then ask me again.';

/** Why a timer cannot run for so long; undefined if it can. */
export function timeProblem(seconds: number): string | undefined {
  if (seconds < 1) return 'A timer needs at least one second.';
  if (seconds > LONGEST_TIMER_SECONDS) return 'A timer can run for a day at most.';
  return undefined;
}
