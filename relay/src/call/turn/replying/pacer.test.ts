import { expect, it } from 'vitest';
import { FakeClock, settle } from '../../../base/lib/clock.fake.ts';
import { Pacer } from './pacer.ts';

const never = new AbortController().signal;

it('lets the lead out at once and the rest in step with real time', async () => {
  const clock = new FakeClock();
  const pacer = new Pacer(clock, 1_000);
  const sentAtMs: number[] = [];
  const sending = (async () => {
    for (let piece = 0; piece < 8; piece++) {
      await pacer.ready(250, never);
      sentAtMs.push(clock.now());
    }
  })();
  await clock.advance(2_000);
  await sending;
  expect(sentAtMs).toEqual([0, 0, 0, 0, 0, 250, 500, 750]);
});

it('has the full lead again after a gap', async () => {
  const clock = new FakeClock();
  const pacer = new Pacer(clock, 500);
  await pacer.ready(500, never);
  await clock.advance(10_000);
  await pacer.ready(500, never);
  expect(clock.pendingTimers).toBe(0);
});

it('does not wait once aborted', async () => {
  const clock = new FakeClock();
  const pacer = new Pacer(clock, 0);
  const abort = new AbortController();
  await pacer.ready(10_000, abort.signal);
  const waiting = pacer.ready(100, abort.signal);
  await settle();
  abort.abort();
  await waiting;
  expect(clock.pendingTimers).toBe(0);
});
