import { describe, expect, it } from 'vitest';
import { eachWithin, withDeadline } from './deadline.ts';
import { FakeClock, settle } from './fake-clock.ts';

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
    reject(new Error('nobody listens any more'));
    await settle();
  });

  it('passes a failure on', async () => {
    const failed = Promise.reject(new Error('broken'));
    await expect(withDeadline(failed, 1_000, new FakeClock(), late)).rejects.toThrow('broken');
  });
});

describe('eachWithin', () => {
  it('gives each item as long, and does not count the time its reader takes', async () => {
    const clock = new FakeClock();
    const slow = (async function* () {
      for (const item of [1, 2, 3]) {
        await new Promise<void>((resolve) => clock.after(900, resolve));
        yield item;
      }
    })();
    const read: number[] = [];
    const reading = (async () => {
      for await (const item of eachWithin(slow, 1_000, clock, late)) {
        read.push(item);
        await new Promise<void>((resolve) => clock.after(5_000, resolve));
      }
    })();
    await clock.advance(20_000);
    await reading;
    expect(read).toEqual([1, 2, 3]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('throws at a source that stalls, without waiting for it to end', async () => {
    const clock = new FakeClock();
    let isReleased = false;
    const stalled: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => {}),
        return: () => {
          isReleased = true;
          return new Promise(() => {});
        },
      }),
    };
    const reading = Array.fromAsync(eachWithin(stalled, 1_000, clock, late)).catch(
      (error: Error) => error.message,
    );
    await clock.advance(999);
    expect(isReleased).toBe(false);
    await clock.advance(1);
    expect(await reading).toBe('late');
    expect(isReleased).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });

  it('counts only the time a source is at work on its own account', async () => {
    const clock = new FakeClock();
    let sinceMs: number | undefined;
    const stalled: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }),
    };
    let outcome: string | undefined;
    void Array.fromAsync(eachWithin(stalled, 1_000, clock, late, () => sinceMs)).catch(
      (error: Error) => (outcome = error.message),
    );
    await clock.advance(3_500);
    sinceMs = clock.now();
    await clock.advance(999);
    expect(outcome).toBeUndefined();
    await clock.advance(1);
    expect(outcome).toBe('late');
  });

  it('releases the source where its reader leaves early', async () => {
    let isReleased = false;
    const source = (async function* () {
      try {
        yield 1;
        yield 2;
      } finally {
        isReleased = true;
      }
    })();
    const clock = new FakeClock();
    for await (const item of eachWithin(source, 1_000, clock, late)) {
      expect(item).toBe(1);
      break;
    }
    await settle();
    expect(isReleased).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });
});
