import { asSchema } from '@ai-sdk/provider-utils';
import { expect, test } from 'vitest';
import { builtInTools } from './language-model-generator.ts';
import { ListedReminders } from './talk.rig.ts';
import { describedTools } from './model-turn.ts';

test('timers are set, listed and cancelled', async () => {
  const { use, reminders } = tools();
  expect(await use('list_timers')).toBe('No timer is running.');
  expect(await use('set_timer', { seconds: 90, label: 'tea' })).toMatch(/Its id is 1/);
  await use('set_timer', { seconds: 60, label: 'egg', message: 'Your egg is ready.' });
  expect(await use('set_timer', { seconds: 60, label: 'rice' })).toMatch(/^No timer was set/);
  expect(await use('list_timers')).toBe('id 1: tea, 90 seconds left\nid 2: egg, 60 seconds left');
  expect(await use('cancel_timer', { id: 7 })).toMatch(/^There is no such timer/);
  expect(await use('cancel_timer', { id: 1 })).toBe('Cancelled: tea.');
  expect(await use('cancel_timer', { id: 'all' })).toBe('Cancelled: egg.');
  expect(reminders.list()).toEqual([]);
});

test('the time is told here and elsewhere', async () => {
  const { use } = tools();
  expect(await use('current_time')).toMatch(/9:30\sPM \(time zone Europe\/Berlin\)/);
  expect(await use('current_time', { time_zone: 'Asia/Tokyo' })).toMatch(/Monday.*5:30\sAM/);
  expect(await use('current_time', { time_zone: 'Mars' })).toMatch(/not the IANA name/);
});

test.each([
  ['set_timer', { seconds: 0, label: 'tea' }],
  ['set_timer', { seconds: 86_401, label: 'tea' }],
  ['set_timer', { seconds: 1.5, label: 'tea' }],
  ['set_timer', { seconds: 5, label: 'x'.repeat(61) }],
  ['set_timer', { seconds: 5, label: 'tea', message: 'x'.repeat(201) }],
  ['cancel_timer', { id: 'some' }],
])('%s refuses %j', async (name, input) => {
  const schema = asSchema(tools().set[name]!.inputSchema);
  expect((await schema.validate?.(input))?.success).toBe(false);
});

test('what a model is sent of all tools, with every request, stays small', async () => {
  const described = await describedTools(tools().set);
  expect(described.length).toBeGreaterThanOrEqual(10);
  expect(JSON.stringify(described).length).toBeLessThan(2_800);
});

function tools() {
  const reminders = new ListedReminders();
  const set = builtInTools({
    reminders,
    person: { timeZone: 'Europe/Berlin' },
    now: () => new Date('2026-03-01T20:30:00Z'),
  });
  const use = async (name: string, input: object = {}) =>
    (await set[name]?.execute?.(input, {
      toolCallId: 'call',
      messages: [],
      context: undefined,
    })) as string;
  return { set, use, reminders };
}
