import { tool, zodSchema, type ToolSet } from 'ai';
import { z } from 'zod';
import { isTimeZone, localTime } from '../../lib/time-zone.ts';
import type { Person, Reminder, Reminders } from '../../stages/generator.ts';

const LONGEST_SECONDS = 86_400;

// Made once: turning a schema into what vendors read takes longer than a short request.
const timerInput = zodSchema(
  z.object({
    seconds: z.int().min(1).max(LONGEST_SECONDS).describe('How long from now, in seconds.'),
    label: z.string().min(1).max(60).describe('A word or two to tell it by, such as "pasta".'),
    message: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('What to say when it is done, addressed to the person.'),
  }),
);
const noInput = zodSchema(z.object({}));
const cancelInput = zodSchema(
  z.object({
    id: z.union([z.int(), z.literal('all')]).describe('From list_timers, or "all".'),
  }),
);
const timeInput = zodSchema(
  z.object({
    time_zone: z
      .string()
      .max(60)
      .optional()
      .describe('IANA name of the zone of the place asked about, such as "Asia/Tokyo".'),
  }),
);

/** What Parley itself can do for a person, whichever model they talk with. */
export function builtInTools(options: {
  readonly reminders: Reminders;
  readonly person: Person;
  readonly now: () => Date;
}): ToolSet {
  const { reminders, person, now } = options;
  return {
    set_timer: tool({
      description:
        'Starts a timer. When it is done the message is spoken to the person, also in the middle of something else. Use it for reminders too.',
      inputSchema: timerInput,
      execute({ seconds, label, message }) {
        const text = message ?? `Your ${label} timer is done.`;
        const added = reminders.add({ label, text, delayMs: seconds * 1_000 });
        return added === undefined
          ? 'No timer was set: there are as many as there may be. One must be cancelled first.'
          : `The timer is set. Its id is ${added.id}.`;
      },
    }),
    list_timers: tool({
      description: 'Lists the timers that are running, with the time that is left.',
      inputSchema: noInput,
      execute: () => listed(reminders.list()),
    }),
    cancel_timer: tool({
      description: 'Cancels one timer, or all of them.',
      inputSchema: cancelInput,
      execute({ id }) {
        const running = reminders.list();
        const cancelled = running.filter((reminder) => id === 'all' || reminder.id === id);
        for (const reminder of cancelled) reminders.cancel(reminder.id);
        return cancelled.length === 0
          ? `There is no such timer. ${listed(running)}`
          : `Cancelled: ${cancelled.map(({ label }) => label).join(', ')}.`;
      },
    }),
    current_time: tool({
      description: 'Tells the date and time now, where the person is or in another time zone.',
      inputSchema: timeInput,
      execute({ time_zone: zone = person.timeZone }) {
        return isTimeZone(zone)
          ? `It is ${localTime(now(), zone)} (time zone ${zone}).`
          : `"${zone}" is not the IANA name of a time zone.`;
      },
    }),
  };
}

function listed(running: readonly Reminder[]): string {
  if (running.length === 0) return 'No timer is running.';
  return running
    .map(
      ({ id, label, remainingMs }) =>
        `id ${id}: ${label}, ${Math.ceil(remainingMs / 1_000)} seconds left`,
    )
    .join('\n');
}
