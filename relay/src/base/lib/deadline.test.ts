import { describe, expect, it } from 'vitest';
import { systemClock, type Clock } from './clock.ts';
import { afterDeadline, withDeadline } from './deadline.ts';
import { FakeClock, settle } from './clock.fake.ts';

const late = () => new Error('late');

describe('withDeadline', () => {
  it('gives the result that comes in time, and leaves no timer', async () => {
    const clock = new FakeClock();
    expect(await withDeadline(Promise.resolve(7), 1_000, clock, late)).toBe(7);
    expect(clock.pendingTimers).toBe(0);
  });

  it('throws at the deadline, and swallows a failure that comes later', async () => {
    const clock = new FakeClock();
    const { promise, reject } = Promise.withResolvers<never>();
    const result = withDeadline(promise, 1_000, clock, late).catch((error: Error) => error.message);
    await clock.advance(1_000);
    expect(await result).toBe('late');
    reject(new Error('too late to be heard'));
    await settle();
  });

  it('passes a failure on', async () => {
    const failed = Promise.reject(new Error('broken'));
    await expect(withDeadline(failed, 1_000, new FakeClock(), late)).rejects.toThrow('broken');
  });
});

describe('a deadline', () => {
  /** Stalls and passing time, in ms; then whether a deadline of one second has come. */
  it.each([
    ['comes in time if nothing stalls', [{ pass: 999 }], [{ pass: 1 }]],
    ['is put off by a stall', [{ stall: 5_000 }, { pass: 999 }], [{ pass: 1 }]],
    [
      'is put off by each of several',
      [{ pass: 400 }, { stall: 700 }, { pass: 400 }, { stall: 3_000 }, { pass: 199 }],
      [{ pass: 1 }],
    ],
    [
      'is not put off for ever',
      Array.from({ length: 30 }, () => ({ stall: 1_000 })).flatMap((each) => [each, { pass: 1 }]),
      [{ stall: 1_000 }, { pass: 0 }],
    ],
  ])('%s', async (_what, before, after) => {
    const clock = new FakeClock();
    let hasCome = false;
    afterDeadline(clock, 1_000, () => (hasCome = true));
    const go = async (steps: readonly { readonly stall?: number; readonly pass?: number }[]) => {
      for (const { stall = 0, pass = 0 } of steps) {
        if (stall > 0) clock.stall(stall);
        await clock.advance(pass);
      }
    };
    await go(before);
    expect(hasCome).toBe(false);
    await go(after);
    expect(hasCome).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });

  it('does not come once it is cancelled, even while it judges', async () => {
    let fire = () => {};
    const clock: Clock = {
      now: () => 5_000,
      lostMs: () => 0,
      after(_delayMs, action) {
        fire = action;
        return () => {};
      },
    };
    let hasCome = false;
    const cancel = afterDeadline(clock, 1_000, () => (hasCome = true));
    fire();
    cancel();
    await settle();
    expect(hasCome).toBe(false);
  });

  it('of a real event loop that was held up leaves time for what was on its way', async () => {
    const startedAtMs = systemClock.now();
    const work = new Promise<number>((resolve) => systemClock.after(150, () => resolve(7)));
    const result = withDeadline(work, 100, systemClock, late);
    while (systemClock.now() < startedAtMs + 200);
    expect(await result).toBe(7);
  });
});
