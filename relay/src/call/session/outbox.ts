import type { SpeechAudio } from '@parley/shared/audio/opus-packet';
import { AudioFrameKind, encodeAudioFrame, type UnnumberedRelayEvent } from '@parley/shared';
import { OVER, actedMs } from '../../base/lib/deadline.ts';
import { nextTurn, sleep, type Clock } from '../../base/lib/clock.ts';
import type { AudioTraffic } from '../events/call-events.ts';
import type { ConversationOutput } from '../turn/output.ts';
import { KeptMessages, sizeOf } from './kept-messages.ts';
import type { SessionBeside } from './session-beside.ts';
import type { OutboxSocket } from './session-socket.ts';

/** Memory of what is kept for a replay, at the most: about two minutes of voice. */
const MAX_REPLAY_BYTES = 4 * 1024 * 1024;
/** Above this the voice waits for the socket to drain. */
const HIGH_WATER_BYTES = 256 * 1024;
/** Above this a client that takes nothing in is given up. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
/** How long a client may take nothing in while voice waits for it. */
const MAX_STALL_MS = 10_000;
const DRAIN_CHECK_MS = 50;
/** Replayed in one go: a millisecond or two, in which other calls wait. */
const REPLAY_SLICE_BYTES = 64 * 1024;

export interface OutboxOptions {
  readonly clock: Clock;
  readonly onSlowConsumer: () => void;
  /** Gets all that is new, too, and is closed with the first socket. */
  readonly beside?: Pick<SessionBeside, 'send' | 'close'>;
  /** Called with each change of the memory that is kept for a replay, bytes. */
  readonly onKeptBytes?: (changed: number) => void;
  /** Of a call that another relay held: its last number there, and when the session clock began. */
  readonly restored?: { readonly lastSeq: number; readonly startedAtMs: number } | undefined;
}

/**
 * Everything that goes to the client, in order and numbered.
 *
 * Sent messages are kept, within bounds, until the client acknowledges them, so that a new
 * connection can repeat what the old one missed.
 */
export class Outbox implements ConversationOutput {
  readonly #clock: Clock;
  readonly #startedAtMs: number;
  readonly #onSlowConsumer: () => void;
  readonly #beside: OutboxOptions['beside'];
  readonly #kept: KeptMessages;
  #nextSeq: number;
  #framesOut = 0;
  #isOver = false;
  #socket: OutboxSocket | undefined;
  /** A replay that is on its way: what is new goes out after it, in its turn. */
  #replay: { sentSeq: number; readonly abort: AbortController } | undefined;

  constructor(options: OutboxOptions) {
    this.#clock = options.clock;
    const { lastSeq, startedAtMs } = options.restored ?? { lastSeq: 0, startedAtMs: undefined };
    this.#startedAtMs = startedAtMs ?? options.clock.now();
    this.#nextSeq = lastSeq + 1;
    this.#onSlowConsumer = options.onSlowConsumer;
    this.#beside = options.beside;
    this.#kept = new KeptMessages(options.onKeptBytes ?? (() => {}));
  }

  /** The session clock: ms since this was made. */
  nowMs(): number {
    return this.#clock.now() - this.#startedAtMs;
  }

  /** The number of the newest message. */
  get lastSeq(): number {
    return this.#nextSeq - 1;
  }

  /** Memory that is kept for a replay. */
  get keptBytes(): number {
    return this.#kept.bytes;
  }

  /** Frames of voice so far. */
  get framesOut(): number {
    return this.#framesOut;
  }

  /** What waits in its socket. */
  get bufferedBytes(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  attach(socket: OutboxSocket): void {
    this.detach();
    this.#socket = socket;
  }

  detach(): void {
    this.#replay?.abort.abort(OVER);
    this.#replay = undefined;
    this.#socket = undefined;
    this.#beside?.close();
  }

  /** For good: nothing is kept any more. */
  end(): void {
    this.detach();
    this.#isOver = true;
    this.#kept.shrinkTo(0);
  }

  /** Whether everything after `seq` can still be sent again. */
  canReplay(seq: number): boolean {
    return seq >= this.#kept.forgottenSeq && seq < this.#nextSeq;
  }

  /**
   * Sends again what the client has not had: slice by slice, so that other calls do not wait for
   * it, and no faster than the client takes it in.
   */
  replay(afterSeq: number): void {
    this.#kept.acknowledge(afterSeq);
    this.#replay = { sentSeq: afterSeq, abort: new AbortController() };
    void this.#replaySlices(this.#replay.abort.signal);
  }

  /** The client has everything up to and including `seq`. */
  acknowledge(seq: number): void {
    this.#kept.acknowledge(seq);
  }

  /** Forgets the oldest of what is kept; a client that lacks it cannot go on after a reconnect. */
  shrinkTo(maxBytes: number): void {
    this.#kept.shrinkTo(maxBytes);
    // The rest of a replay would have a gap.
    const replay = this.#replay;
    if (replay !== undefined && this.#kept.forgottenSeq > replay.sentSeq) this.#onSlowConsumer();
  }

  event(event: UnnumberedRelayEvent): void {
    const seq = this.#nextSeq++;
    this.#keepAndSend(seq, JSON.stringify({ ...event, seq }), undefined);
  }

  /** An event that is worthless after a reconnect: sent and forgotten. */
  transient(event: UnnumberedRelayEvent): void {
    // Ahead of a replay its number would make the client take the rest of that for old news.
    if (this.#replay !== undefined) this.event(event);
    else this.#send(JSON.stringify({ ...event, seq: this.#nextSeq++ }));
  }

  audio(item: number, audio: SpeechAudio, last: boolean): void {
    const seq = this.#nextSeq++;
    this.#framesOut++;
    const timestampMs = Math.round(this.nowMs());
    const header = { kind: AudioFrameKind.downlink, last, item, seq, timestampMs };
    this.#keepAndSend(seq, encodeAudioFrame(header, audio), item);
  }

  /** An interrupted response's voice need not be replayed. */
  dropAudio(item: number): void {
    this.#kept.dropItem(item);
  }

  /** Resolves once the client keeps up; a client that does not is reported as slow. */
  async writable(signal: AbortSignal): Promise<void> {
    let leastBytes = this.bufferedBytes;
    let sinceMs = this.#clock.now();
    while (this.bufferedBytes > HIGH_WATER_BYTES && !signal.aborted) {
      if (this.bufferedBytes < leastBytes) {
        leastBytes = this.bufferedBytes;
        sinceMs = this.#clock.now();
      } else if (actedMs(this.#clock, sinceMs) >= MAX_STALL_MS) {
        this.#onSlowConsumer();
        return;
      }
      await sleep(this.#clock, DRAIN_CHECK_MS, signal);
    }
  }

  async #replaySlices(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.#replaySlice()) {
      await nextTurn();
      await this.writable(signal);
    }
  }

  /** @returns whether the client has been sent all there is */
  #replaySlice(): boolean {
    const replay = this.#replay!;
    for (let bytes = 0; bytes < REPLAY_SLICE_BYTES;) {
      const message = this.#kept.after(replay.sentSeq);
      if (message === undefined) {
        this.#replay = undefined;
        return true;
      }
      replay.sentSeq = message.seq;
      this.#socket?.send(message.data);
      bytes += sizeOf(message);
    }
    return false;
  }

  #keepAndSend(seq: number, data: string | Uint8Array, item: number | undefined): void {
    if (this.#isOver) return;
    this.#kept.add({ seq, data, item });
    if (this.#kept.bytes > MAX_REPLAY_BYTES) this.shrinkTo(MAX_REPLAY_BYTES);
    if (this.#replay === undefined) this.#send(data);
  }

  #send(data: string | Uint8Array): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    socket.send(data);
    this.#beside?.send(data);
    if (socket.bufferedAmount > MAX_BUFFERED_BYTES) this.#onSlowConsumer();
  }
}

/** The audio of a call, as both of its ends count it. */
export function trafficOf(
  received: Pick<AudioTraffic, 'framesIn' | 'bytesIn'>,
  outbox: Outbox,
): AudioTraffic {
  return {
    get framesIn() {
      return received.framesIn;
    },
    get bytesIn() {
      return received.bytesIn;
    },
    get framesOut() {
      return outbox.framesOut;
    },
    get bufferedBytes() {
      return outbox.bufferedBytes;
    },
  };
}
