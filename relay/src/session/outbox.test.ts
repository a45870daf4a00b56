import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UnnumberedRelayEvent } from '@parley/shared';
import { FakeSocket } from '../../test/support/fake-socket.ts';
import { FakeClock } from '../lib/fake-clock.ts';
import { Outbox } from './outbox.ts';

const MEBIBYTE = 1024 * 1024;
const never = new AbortController().signal;
const draining: UnnumberedRelayEvent = { type: 'session.draining', grace_ms: 1 };
const acknowledged: UnnumberedRelayEvent = { type: 'input_audio_buffer.ack', input_seq: 1 };
const second = new Int16Array(16_000);

function setUp() {
  const clock = new FakeClock();
  const socket = new FakeSocket();
  let slow = 0;
  const outbox = new Outbox({ clock, onSlowConsumer: () => slow++ });
  outbox.attach(socket);
  return { clock, socket, outbox, timesSlow: () => slow };
}

describe('what a client missed', () => {
  it('is sent again, exactly and in order, from wherever it had come', () => {
    const step = fc.oneof(
      fc.constant('event' as const),
      fc.constant('transient' as const),
      fc.nat({ max: 3 }).map((item) => ({ audio: item })),
      fc.nat({ max: 3 }).map((item) => ({ drop: item })),
      fc.nat({ max: 100 }).map((percent) => ({ percent })),
    );
    fc.assert(
      fc.property(fc.array(step), fc.nat({ max: 100 }), (steps, resumePercent) => {
        const { outbox } = setUp();
        let kept: { seq: number; item?: number }[] = [];
        let nextSeq = 1;
        let known = 0;
        for (const now of steps) {
          if (now === 'event') {
            outbox.event(draining);
            kept.push({ seq: nextSeq++ });
          } else if (now === 'transient') {
            outbox.transient(acknowledged);
            nextSeq++;
          } else if ('audio' in now) {
            outbox.audio(now.audio, second.subarray(0, 10), false);
            kept.push({ seq: nextSeq++, item: now.audio });
          } else if ('drop' in now) {
            outbox.dropAudio(now.drop);
            kept = kept.filter(({ item }) => item !== now.drop);
          } else {
            known = Math.max(known, Math.floor(((nextSeq - 1) * now.percent) / 100));
            outbox.acknowledge(known);
          }
        }
        const had = Math.max(known, Math.floor(((nextSeq - 1) * resumePercent) / 100));
        const next = new FakeSocket();
        outbox.detach();
        outbox.attach(next);
        expect(outbox.canReplay(had)).toBe(true);
        expect(outbox.canReplay(nextSeq)).toBe(false);
        outbox.replay(had);
        expect(next.seqs).toEqual(kept.map(({ seq }) => seq).filter((seq) => seq > had));
      }),
    );
  });

  it('is what was sent while no connection stood', () => {
    const { outbox, socket } = setUp();
    outbox.event(draining);
    outbox.detach();
    outbox.event(draining);
    outbox.transient(acknowledged);
    outbox.event(draining);
    expect(socket.seqs).toEqual([1]);
    outbox.attach(socket);
    outbox.replay(1);
    outbox.event(draining);
    expect(socket.seqs).toEqual([1, 2, 4, 5]);
  });

  it('is kept up to four mebibytes, and then what is gone is not promised', () => {
    const { outbox } = setUp();
    outbox.detach();
    for (let sent = 0; sent < 200; sent++) outbox.audio(1, second, false);
    const next = new FakeSocket();
    outbox.attach(next);
    expect(outbox.canReplay(0)).toBe(false);
    const oldest = Array.from({ length: 201 }, (_, seq) => seq).find((seq) =>
      outbox.canReplay(seq),
    )!;
    outbox.replay(oldest);
    expect(next.seqs[0]).toBe(oldest + 1);
    expect(next.seqs.at(-1)).toBe(200);
    const bytes = next.sent.reduce((sum, data) => sum + data.length, 0);
    expect(bytes).toBeLessThanOrEqual(4 * MEBIBYTE);
    expect(bytes).toBeGreaterThan(3 * MEBIBYTE);
  });

  it('may be more than a client can take in at once', async () => {
    const { outbox, clock, timesSlow } = setUp();
    outbox.detach();
    for (let sent = 0; sent < 60; sent++) outbox.audio(1, second, false);
    const next = new FakeSocket();
    next.isStalled = true;
    outbox.attach(next);
    outbox.replay(0);
    outbox.event(draining);
    expect(next.bufferedAmount).toBeGreaterThan(MEBIBYTE);
    expect(timesSlow()).toBe(0);
    // Over a slow line it takes a while, but it gets there.
    const writable = outbox.writable(never);
    for (let waited = 0; waited < 40; waited++) {
      next.bufferedAmount *= 0.9;
      await clock.advance(1_000);
    }
    await writable;
    expect(timesSlow()).toBe(0);
  });
});

describe('a client that does not keep up', () => {
  it('makes the voice wait until it does', async () => {
    const { outbox, clock, socket, timesSlow } = setUp();
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
    const { outbox, clock, socket, timesSlow } = setUp();
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
    const { outbox, socket, timesSlow } = setUp();
    socket.isStalled = true;
    while (socket.bufferedAmount < MEBIBYTE - 40_000) outbox.audio(1, second, false);
    expect(timesSlow()).toBe(0);
    outbox.audio(1, second, false);
    outbox.audio(1, second, false);
    expect(timesSlow()).toBeGreaterThan(0);
  });

  it('does not hold up a reply that was cancelled', async () => {
    const { outbox, clock, socket } = setUp();
    socket.bufferedAmount = 300_000;
    const abort = new AbortController();
    const writable = outbox.writable(abort.signal);
    abort.abort();
    await writable;
    expect(clock.pendingTimers).toBe(0);
  });
});
