import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UnnumberedRelayEvent } from '@parley/shared';
import { FakeSocket } from '../../../test/support/fake-socket.ts';
import { createTestOutbox } from '../../../test/support/test-outbox.ts';
import { settle } from '../../base/lib/clock.fake.ts';
import type { Outbox } from './outbox.ts';

const MEBIBYTE = 1024 * 1024;
const draining: UnnumberedRelayEvent = { type: 'session.draining', grace_ms: 1 };
const acknowledged: UnnumberedRelayEvent = { type: 'input_audio_buffer.ack', input_seq: 1 };
const second = new Int16Array(16_000);

/** Lets a replay come to its end over a socket that takes everything in. */
async function replayed(): Promise<void> {
  for (let slice = 0; slice < 200; slice++) await settle();
}

/** A client over one connection after the other, each of which loses what was in flight. */
class Client {
  readonly got: number[] = [];
  #socket = new FakeSocket();
  #read = 0;
  #lastSeq = 0;

  get lastSeq(): number {
    return this.#lastSeq;
  }

  get socket(): FakeSocket {
    return this.#socket;
  }

  /** Takes in a share of what was sent over this connection. */
  read(percent: number): void {
    const seqs = this.#socket.seqs.slice(this.#read);
    const taken = seqs.slice(0, Math.ceil((seqs.length * percent) / 100));
    this.#read += taken.length;
    this.#socket.bufferedAmount = 0;
    for (const seq of taken) {
      if (seq <= this.#lastSeq) continue;
      this.got.push(seq);
      this.#lastSeq = seq;
    }
  }

  reconnect(outbox: Outbox): void {
    this.#socket = new FakeSocket();
    this.#read = 0;
    outbox.attach(this.#socket);
    if (!outbox.canReplay(this.#lastSeq)) throw new Error('It cannot go on.');
    outbox.replay(this.#lastSeq);
  }
}

describe('what a client missed', () => {
  it('arrives once and in order, however often the connection is lost on the way', async () => {
    const percent = fc.nat({ max: 100 });
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.constant({ kind: 'event' as const }) },
      { weight: 1, arbitrary: fc.constant({ kind: 'transient' as const }) },
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('audio' as const), item: fc.nat(3) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop' as const), item: fc.nat(3) }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('read' as const), percent }) },
      { weight: 1, arbitrary: fc.constant({ kind: 'acknowledge' as const }) },
      { weight: 1, arbitrary: fc.constant({ kind: 'stall' as const }) },
      { weight: 3, arbitrary: fc.constant({ kind: 'settle' as const }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('lose' as const), percent }) },
      { weight: 2, arbitrary: fc.constant({ kind: 'reconnect' as const }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
        const { outbox, clock, timesSlow } = createTestOutbox();
        const client = new Client();
        client.reconnect(outbox);
        let kept: { seq: number; item?: number }[] = [];
        let nextSeq = 1;
        for (const now of steps) {
          switch (now.kind) {
            case 'event':
              outbox.event(draining);
              kept.push({ seq: nextSeq++ });
              break;
            case 'transient':
              outbox.transient(acknowledged);
              nextSeq++;
              break;
            case 'audio':
              outbox.audio(now.item, second, false);
              kept.push({ seq: nextSeq++, item: now.item });
              break;
            case 'drop':
              outbox.dropAudio(now.item);
              kept = kept.filter(({ item }) => item !== now.item);
              break;
            case 'read':
              client.read(now.percent);
              break;
            case 'acknowledge':
              outbox.acknowledge(client.lastSeq);
              break;
            case 'stall':
              client.socket.bufferedAmount = 300_000;
              break;
            case 'settle':
              await clock.advance(50);
              break;
            case 'lose':
              client.read(now.percent);
              outbox.detach();
              break;
            case 'reconnect':
              client.reconnect(outbox);
          }
        }
        client.reconnect(outbox);
        await replayed();
        client.read(100);
        expect(timesSlow()).toBe(0);
        expect(client.got).toEqual(client.got.toSorted((a, b) => a - b));
        // Events dropped later, and passing ones, may have arrived too; nothing else may lack.
        const got = new Set(client.got);
        expect(kept.filter(({ seq }) => !got.has(seq))).toEqual([]);
        await clock.advance(100);
        expect(clock.pendingTimers).toBe(0);
      }),
    );
  });

  it('goes out slice by slice, and what is new after it', async () => {
    const { outbox } = createTestOutbox();
    outbox.detach();
    for (let sent = 0; sent < 60; sent++) outbox.audio(1, second, false);
    const next = new FakeSocket();
    outbox.attach(next);
    outbox.replay(0);
    let turns = 0;
    let most = 0;
    for (let before = 0; next.sent.length < 62; turns++) {
      const slice = next.sent.slice(before);
      before = next.sent.length;
      most = Math.max(
        most,
        slice.reduce((sum, data) => sum + data.length, 0),
      );
      if (turns === 3) outbox.event(draining);
      if (turns === 5) outbox.transient(acknowledged);
      await settle();
    }
    expect(turns).toBeGreaterThan(15);
    expect(most).toBeLessThan(100_000);
    expect(next.seqs).toEqual(Array.from({ length: 62 }, (_, index) => index + 1));
    outbox.event(draining);
    expect(next.seqs.at(-1)).toBe(63);
  });

  it('is what was sent while no connection stood', async () => {
    const { outbox, socket } = createTestOutbox();
    outbox.event(draining);
    outbox.detach();
    outbox.event(draining);
    outbox.transient(acknowledged);
    outbox.event(draining);
    expect(socket.seqs).toEqual([1]);
    outbox.attach(socket);
    outbox.replay(1);
    outbox.event(draining);
    await replayed();
    expect(socket.seqs).toEqual([1, 2, 4, 5]);
  });

  it('is kept up to four mebibytes, and then what is gone is not promised', async () => {
    const { outbox } = createTestOutbox();
    outbox.detach();
    for (let sent = 0; sent < 200; sent++) outbox.audio(1, second, false);
    const next = new FakeSocket();
    outbox.attach(next);
    expect(outbox.canReplay(0)).toBe(false);
    const oldest = Array.from({ length: 201 }, (_, seq) => seq).find((seq) =>
      outbox.canReplay(seq),
    )!;
    outbox.replay(oldest);
    await replayed();
    expect(next.seqs[0]).toBe(oldest + 1);
    expect(next.seqs.at(-1)).toBe(200);
    const bytes = next.sent.reduce((sum, data) => sum + data.length, 0);
    expect(bytes).toBeLessThanOrEqual(4 * MEBIBYTE);
    expect(bytes).toBeGreaterThan(3 * MEBIBYTE);
  });

  it('may be more than a client can take in at once', async () => {
    const { outbox, clock, timesSlow } = createTestOutbox();
    outbox.detach();
    for (let sent = 0; sent < 60; sent++) outbox.audio(1, second, false);
    const next = new FakeSocket();
    next.isStalled = true;
    outbox.attach(next);
    outbox.replay(0);
    outbox.event(draining);
    // Over a slow line it takes a while, but it gets there, and never waits in the socket.
    let most = 0;
    for (let waited = 0; waited < 100 && next.sent.length < 61; waited++) {
      await clock.advance(1_000);
      most = Math.max(most, next.bufferedAmount);
      next.bufferedAmount = Math.max(0, next.bufferedAmount - 60_000);
    }
    expect(next.seqs).toEqual(Array.from({ length: 61 }, (_, index) => index + 1));
    expect(most).toBeLessThan(MEBIBYTE / 2);
    expect(timesSlow()).toBe(0);
  });

  it('ends with a client that takes nothing of it in for ten seconds', async () => {
    const { outbox, clock, timesSlow } = createTestOutbox();
    outbox.detach();
    for (let sent = 0; sent < 60; sent++) outbox.audio(1, second, false);
    const next = new FakeSocket();
    next.isStalled = true;
    outbox.attach(next);
    outbox.replay(0);
    await replayed();
    await clock.advance(9_000);
    expect(timesSlow()).toBe(0);
    await clock.advance(2_000);
    expect(timesSlow()).toBe(1);
  });

  it('is not sent with a gap if more comes meanwhile than is kept', async () => {
    const { outbox, timesSlow } = createTestOutbox();
    outbox.detach();
    for (let sent = 0; sent < 120; sent++) outbox.audio(1, second, false);
    const next = new FakeSocket();
    outbox.attach(next);
    outbox.replay(0);
    for (let sent = 0; sent < 120; sent++) outbox.audio(1, second, false);
    expect(timesSlow()).toBeGreaterThan(0);
    expect(outbox.canReplay(next.seqs.at(-1)!)).toBe(false);
    await replayed();
  });

  it.each([
    ['English', 'Hello there, how are you?'],
    ['German', 'Schöne Grüße aus Köln!'],
    ['Greek', 'Καλημέρα, τι κάνετε;'],
  ])('counts with the memory it takes: %s', (_language, delta) => {
    const { outbox } = createTestOutbox();
    for (let sent = 0; sent < 1_000; sent++) {
      outbox.event({
        type: 'response.output_audio_transcript.delta',
        response_id: 'resp_1',
        chunk_index: sent,
        delta,
        timestamp_ms: 1,
      } as unknown as UnnumberedRelayEvent);
    }
    const length = (JSON.stringify({ delta }).length + 100) * 1_000;
    expect(outbox.keptBytes).toBeGreaterThan(delta.startsWith('H') ? length : 1.8 * length);
    outbox.acknowledge(1_000);
    expect(outbox.keptBytes).toBe(0);
  });
});
