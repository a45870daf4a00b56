import { expect, it } from 'vitest';
import { sleep, systemClock } from './clock.ts';
import { FakeClock } from './clock.fake.ts';

const never = new AbortController().signal;

it('sleeps until it is time, or until it is woken', async () => {
  const clock = new FakeClock();
  const abort = new AbortController();
  let awake = 0;
  void sleep(clock, 1_000, never).then(() => awake++);
  void sleep(clock, 5_000, abort.signal).then(() => awake++);
  await clock.advance(999);
  expect(awake).toBe(0);
  await clock.advance(1);
  expect(awake).toBe(1);
  abort.abort();
  await clock.advance(0);
  expect(awake).toBe(2);
  expect(clock.pendingTimers).toBe(0);
});

it('does not sleep at all for no time, or once aborted', async () => {
  const clock = new FakeClock();
  await sleep(clock, 0, never);
  await sleep(clock, 1_000, AbortSignal.abort());
  expect(clock.pendingTimers).toBe(0);
});

it('waits however long it is told to, and not for a moment where that is months', async () => {
  let hasCome = false;
  const cancel = systemClock.after(90 * 86_400_000, () => (hasCome = true));
  // A real timer of one ms is due long before this one.
  await new Promise<void>((resolve) => systemClock.after(5, resolve));
  cancel();
  expect(hasCome).toBe(false);
});
