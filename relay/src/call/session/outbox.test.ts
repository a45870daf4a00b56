import { describe, expect, it } from 'vitest';
import { createTestOutbox } from '../../../test/support/test-outbox.ts';

const MEBIBYTE = 1024 * 1024;
const never = new AbortController().signal;
const second = new Int16Array(16_000);

describe('a client that does not keep up', () => {
  it('makes the voice wait until it does', async () => {
    const { outbox, clock, socket, timesSlow } = createTestOutbox();
    socket.bufferedAmount = 300_000;
    let isWritable = false;
    const writable = outbox.writable(never).then(() => (isWritable = true));
    await clock.advance(5_000);
    expect(isWritable).toBe(false);
    socket.bufferedAmount = 0;
    await clock.advance(100);
    await writable;
    expect(timesSlow()).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('is given up after ten seconds in which it took nothing in', async () => {
    const { outbox, clock, socket, timesSlow } = createTestOutbox();
    socket.bufferedAmount = 300_000;
    const writable = outbox.writable(never);
    await clock.advance(9_900);
    expect(timesSlow()).toBe(0);
    await clock.advance(200);
    await writable;
    expect(timesSlow()).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('is given up as soon as more than a mebibyte waits', () => {
    const { outbox, socket, timesSlow } = createTestOutbox();
    socket.isStalled = true;
    while (socket.bufferedAmount < MEBIBYTE - 40_000) outbox.audio(1, second, false);
    expect(timesSlow()).toBe(0);
    outbox.audio(1, second, false);
    outbox.audio(1, second, false);
    expect(timesSlow()).toBeGreaterThan(0);
  });

  it('does not hold up a reply that was cancelled', async () => {
    const { outbox, clock, socket } = createTestOutbox();
    socket.bufferedAmount = 300_000;
    const abort = new AbortController();
    const writable = outbox.writable(abort.signal);
    abort.abort();
    await writable;
    expect(clock.pendingTimers).toBe(0);
  });
});
