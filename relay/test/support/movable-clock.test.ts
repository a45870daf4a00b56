import { expect, test } from 'vitest';
import { AsyncLocalStorage } from 'node:async_hooks';
import { MovableClock } from './movable-clock.ts';

const YEAR_MS = 365 * 86_400_000;

test('what is due runs in its order, and later than it no sooner', async () => {
  const clock = new MovableClock();
  const ran: string[] = [];
  const startMs = clock.now();
  clock.after(20_000, () => ran.push('second'));
  clock.after(10_000, () => {
    ran.push('first');
    clock.after(5_000, () => ran.push('begun by the first'));
  });
  const cancel = clock.after(30_000, () => ran.push('third'));
  clock.after(12_000, () => ran.push('cancelled'))();
  await clock.advance(25_000);
  expect(ran).toEqual(['first', 'begun by the first', 'second']);
  expect(clock.now() - startMs).toBeGreaterThanOrEqual(25_000);
  cancel();
});

test('time goes on by itself', async () => {
  const clock = new MovableClock();
  await clock.advance(1_000);
  const nowMs = clock.now();
  await new Promise<void>((resolve) => clock.after(2, resolve));
  expect(clock.now()).toBeGreaterThan(nowMs);
});

test('time moves on while nothing happens, until what is waited for has come', async () => {
  const clock = new MovableClock();
  const cancel = clock.after(YEAR_MS, () => expect.unreachable());
  const beganMs = performance.now();
  const work = new Promise((resolve) => {
    clock.after(30_000, () => void clock.after(30_000, () => resolve('done')));
  });
  expect(await clock.skip(work)).toBe('done');
  expect(performance.now() - beganMs).toBeLessThan(20_000);
  cancel();
  await expect(clock.skip(Promise.reject(new Error('failed')))).rejects.toThrow('failed');
});

test('what falls due belongs to the work that asked for it', async () => {
  const clock = new MovableClock();
  const present = new AsyncLocalStorage<string>();
  let found: string | undefined;
  present.run('a session', () => {
    clock.after(1_000, () => (found = present.getStore()));
  });
  await clock.advance(1_000);
  expect(found).toBe('a session');
});
