import { describe, expect, it } from 'vitest';
import { withDeadline } from './deadline.ts';
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
    reject(new Error('too late to be heard'));
    await settle();
  });

  it('passes a failure on', async () => {
    const failed = Promise.reject(new Error('broken'));
    await expect(withDeadline(failed, 1_000, new FakeClock(), late)).rejects.toThrow('broken');
  });
});
