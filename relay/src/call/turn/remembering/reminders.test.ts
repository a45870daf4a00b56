import { expect, it } from 'vitest';
import { FakeClock } from '../../../base/lib/clock.fake.ts';
import { SessionReminders } from './reminders.ts';

function setUp() {
  const clock = new FakeClock();
  const rung: string[] = [];
  const startMs = clock.now();
  const next: number[] = [];
  const reminders = new SessionReminders(
    clock,
    (text) => rung.push(text),
    (dueMs) => next.push(dueMs - startMs),
  );
  const add = (label: string, delayMs: number) =>
    reminders.add({ label, text: `${label} is ready`, delayMs });
  return { clock, rung, next, reminders, add };
}

it('rings each once, when it is due', async () => {
  const { clock, rung, reminders, add } = setUp();
  add('pasta', 9_000);
  add('tea', 3_000);
  await clock.advance(2_999);
  expect(rung).toEqual([]);
  await clock.advance(1);
  expect(rung).toEqual(['tea is ready']);
  await clock.advance(60_000);
  expect(rung).toEqual(['tea is ready', 'pasta is ready']);
  expect(reminders.isEmpty).toBe(true);
});

it('lists those to come, soonest first, with the time that is left', async () => {
  const { clock, reminders, add } = setUp();
  add('pasta', 9_000);
  add('tea', 3_000);
  await clock.advance(1_000);
  expect(reminders.list()).toMatchObject([
    { label: 'tea', remainingMs: 2_000 },
    { label: 'pasta', remainingMs: 8_000 },
  ]);
});

it('does not ring what was cancelled', async () => {
  const { clock, rung, reminders, add } = setUp();
  const tea = add('tea', 3_000);
  add('pasta', 4_000);
  reminders.cancel(tea!.id);
  reminders.cancel(999);
  await clock.advance(3_500);
  expect(rung).toEqual([]);
  reminders.cancelAll();
  await clock.advance(10_000);
  expect(rung).toEqual([]);
  expect(clock.pendingTimers).toBe(0);
});

it('holds twenty at once, and has room again when one has rung', async () => {
  const { clock, add } = setUp();
  for (let index = 0; index < 20; index++) expect(add(`${index}`, 1_000 + index)).toBeDefined();
  expect(add('one too many', 1)).toBeUndefined();
  await clock.advance(1_000);
  expect(add('another', 1_000)).toBeDefined();
});

it('takes back what was done since a checkpoint, but nothing that has rung', async () => {
  const { clock, rung, reminders, add } = setUp();
  const tea = add('tea', 9_000);
  add('egg', 1_000);
  const takeBack = reminders.checkpoint();
  reminders.cancel(tea!.id);
  add('pasta', 5_000);
  await clock.advance(1_000);
  takeBack();
  takeBack();
  expect(reminders.list()).toEqual([{ ...tea, remainingMs: 8_000 }]);
  await clock.advance(60_000);
  expect(rung).toEqual(['egg is ready', 'tea is ready']);
  expect(clock.pendingTimers).toBe(0);
});

it('says when the next one rings if that changes, and only then', async () => {
  const { clock, next, reminders, add } = setUp();
  add('pasta', 9_000);
  add('bread', 60_000);
  const takeBack = reminders.checkpoint();
  add('tea', 3_000);
  takeBack();
  expect(next.splice(0)).toEqual([9_000, 3_000, 9_000]);
  await clock.advance(9_000);
  expect(next.splice(0)).toEqual([60_000]);
  await clock.advance(60_000);
  expect(next).toEqual([Number.POSITIVE_INFINITY]);
});
