import { expect, it } from 'vitest';
import type { Reminder, Reminders } from '../../call/stages/generator/generator.ts';
import { createEmbeddedAssistant } from './assistant.ts';

const SET = 'set a timer for a minute';

/** @param unasked - how many of the texts want an answer */
async function ask(unasked: number, texts: readonly string[]) {
  const running = new Map<number, Reminder>();
  const reminders: Reminders = {
    add({ label, text, delayMs }) {
      const added = { id: running.size, label, text, remainingMs: delayMs };
      running.set(added.id, added);
      return added;
    },
    list: () => [...running.values()],
    cancel: (id) => running.delete(id),
  };
  const events = createEmbeddedAssistant({ random: () => 0 }).generate({
    history: texts.map((text) => ({ role: 'user', text, unrecognised: text === '' })),
    unasked,
    signal: new AbortController().signal,
    person: { timeZone: 'UTC' },
    reminders,
  });
  let reply = '';
  for await (const event of events) if (event.type === 'text-delta') reply += event.text;
  return { reply, running: running.size };
}

it('does what was said in its order', async () => {
  expect(await ask(2, [SET, 'cancel the timer'])).toEqual({
    reply: 'Your timer is set for one minute. The timer is cancelled.',
    running: 0,
  });
});

it('understands a sentence that a pause has cut in two', async () => {
  const { reply, running } = await ask(2, ['set a timer', 'for a minute']);
  expect(reply).toBe('Your timer is set for one minute.');
  expect(running).toBe(1);
});

it('does not do again what it was asked before', async () => {
  expect((await ask(1, [SET, 'what timers are running'])).reply).toBe('There is no timer running.');
});

it('says once, and last, that it did not understand', async () => {
  const { reply } = await ask(3, ['', SET, 'colourless green ideas']);
  expect(reply).toMatch(/^Your timer is set for one minute\. I didn't catch that\./);
  expect(reply.match(/catch/g)).toHaveLength(1);
});
