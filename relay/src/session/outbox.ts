import { AudioFrameKind, encodeAudioFrame, type UnnumberedRelayEvent } from '@parley/shared';
import { sleep, type Clock } from '../lib/clock.ts';
import type { ConversationOutput } from '../turn/output.ts';

/** What is kept for a replay, at the most: about two minutes of voice. */
const MAX_REPLAY_BYTES = 4 * 1024 * 1024;
/** Above this the voice waits for the socket to drain. */
const HIGH_WATER_BYTES = 256 * 1024;
/** Above this a client that takes nothing in is given up. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
/** How long a client may take nothing in while voice waits for it. */
const MAX_STALL_MS = 10_000;
const DRAIN_CHECK_MS = 50;

/** As much of a WebSocket as the outbox uses. */
export interface OutboxSocket {
  send(data: string | Uint8Array): void;
  /** Bytes handed over but not yet taken by the network. */
  readonly bufferedAmount: number;
}

export interface OutboxOptions {
  readonly clock: Clock;
  readonly onSlowConsumer: () => void;
}

interface Sent {
  readonly seq: number;
  readonly data: string | Uint8Array;
  /** The response whose voice this is; undefined for an event. */
  readonly item: number | undefined;
}

/**
 * Everything that goes to the client, in order and numbered.
 *
 * What was sent is kept, within bounds, until the client says that it has it, so that a new
 * connection can be told what the old one missed.
 */
export class Outbox implements ConversationOutput {
  readonly #clock: Clock;
  readonly #startedAtMs: number;
  readonly #onSlowConsumer: () => void;
  readonly #sent: Sent[] = [];
  #sentBytes = 0;
  /** The newest sequence number that is no longer kept. */
  #forgottenSeq = 0;
  #nextSeq = 1;
  #socket: OutboxSocket | undefined;
  #maxBufferedBytes = MAX_BUFFERED_BYTES;

  constructor(options: OutboxOptions) {
    this.#clock = options.clock;
    this.#startedAtMs = options.clock.now();
    this.#onSlowConsumer = options.onSlowConsumer;
  }

  /** The session clock: ms since this was made. */
  nowMs(): number {
    return this.#clock.now() - this.#startedAtMs;
  }

  attach(socket: OutboxSocket): void {
    this.#socket = socket;
    this.#maxBufferedBytes = MAX_BUFFERED_BYTES;
  }

  detach(): void {
    this.#socket = undefined;
  }

  /** Whether everything after `seq` can still be sent again. */
  canReplay(seq: number): boolean {
    return seq >= this.#forgottenSeq && seq < this.#nextSeq;
  }

  /** Sends again what the client has not had. */
  replay(afterSeq: number): void {
    this.acknowledge(afterSeq);
    // All of it goes at once, which is not the client's fault: it would be given up for being
    // slow, come back, be sent the same again, and so on.
    this.#maxBufferedBytes = MAX_BUFFERED_BYTES + this.#sentBytes;
    for (const { data } of this.#sent) this.#socket?.send(data);
  }

  /** The client has everything up to and including `seq`. */
  acknowledge(seq: number): void {
    let count = 0;
    while (count < this.#sent.length && this.#sent[count]!.seq <= seq) {
      this.#sentBytes -= sizeOf(this.#sent[count]!);
      count++;
    }
    if (count === 0) return;
    this.#forgottenSeq = Math.max(this.#forgottenSeq, this.#sent[count - 1]!.seq);
    this.#sent.splice(0, count);
  }

  event(event: UnnumberedRelayEvent): void {
    const seq = this.#nextSeq++;
    const data = JSON.stringify({ ...event, seq });
    this.#keep({ seq, data, item: undefined });
    this.#send(data);
  }

  /** An event that is worthless after a reconnect: sent and forgotten. */
  transient(event: UnnumberedRelayEvent): void {
    this.#send(JSON.stringify({ ...event, seq: this.#nextSeq++ }));
  }

  audio(item: number, samples: Int16Array, last: boolean): void {
    const seq = this.#nextSeq++;
    const timestampMs = Math.round(this.nowMs());
    const header = { kind: AudioFrameKind.downlink, last, item, seq, timestampMs };
    const data = encodeAudioFrame(header, samples);
    this.#keep({ seq, data, item });
    this.#send(data);
  }

  /** An interrupted response's voice need not be replayed. */
  dropAudio(item: number): void {
    for (let index = this.#sent.length - 1; index >= 0; index--) {
      const entry = this.#sent[index]!;
      if (entry.item !== item) continue;
      this.#sent.splice(index, 1);
      this.#sentBytes -= sizeOf(entry);
    }
  }

  /** Resolves once the client keeps up; a client that does not is reported as slow. */
  async writable(signal: AbortSignal): Promise<void> {
    let leastBytes = this.#bufferedBytes;
    let deadlineMs = this.#clock.now() + MAX_STALL_MS;
    while (this.#bufferedBytes > HIGH_WATER_BYTES && !signal.aborted) {
      const nowMs = this.#clock.now();
      if (this.#bufferedBytes < leastBytes) {
        leastBytes = this.#bufferedBytes;
        deadlineMs = nowMs + MAX_STALL_MS;
      } else if (nowMs >= deadlineMs) {
        this.#onSlowConsumer();
        return;
      }
      await sleep(this.#clock, DRAIN_CHECK_MS, signal);
    }
  }

  get #bufferedBytes(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  #send(data: string | Uint8Array): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    socket.send(data);
    if (socket.bufferedAmount > this.#maxBufferedBytes) this.#onSlowConsumer();
  }

  #keep(entry: Sent): void {
    this.#sent.push(entry);
    this.#sentBytes += sizeOf(entry);
    while (this.#sentBytes > MAX_REPLAY_BYTES) {
      const oldest = this.#sent.shift()!;
      this.#sentBytes -= sizeOf(oldest);
      this.#forgottenSeq = oldest.seq;
    }
  }
}

function sizeOf({ data }: Sent): number {
  return data.length + 64;
}
