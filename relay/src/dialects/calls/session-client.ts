import {
  AudioFrameKind,
  decodeAudioFrame,
  encodeAudioFrame,
  type AudioFrame,
  type ClientEvent,
  type RelayEvent,
} from '@parley/shared';
import type { Clock } from '../../base/lib/clock.ts';
import { within } from '../../base/lib/error-boundary.ts';
import type { Session } from '../../call/session/session.ts';
import type { SessionSocket } from '../../call/session/session-socket.ts';

/** What the relay keeps for a resumption is forgotten this often: no client of this kind resumes. */
const ACKNOWLEDGE_EVERY = 50;

export interface SessionClientOptions {
  readonly session: Session;
  /** The client's, of another protocol. */
  readonly socket: SessionSocket;
  readonly clock: Clock;
  readonly onEvent: (event: RelayEvent) => void;
  readonly onAudio: (frame: AudioFrame) => void;
  /** The session is over; the client's socket is closed after that. */
  readonly onClosing?: (code: number, reason: string) => void;
}

/**
 * A session's client in memory, for a client that speaks another protocol. For the session it is
 * one like any other: it speaks Parley's own protocol, and knows nothing that another could not
 * know.
 */
export class SessionClient implements SessionSocket, Disposable {
  readonly #options: SessionClientOptions;
  #seq = 0;
  #acknowledgedSeq = 0;
  /** The session clock's zero. */
  #beganAtMs = 0;
  /** Events that the session has refused. */
  #refusals = 0;
  #isClosed = false;

  constructor(options: SessionClientOptions) {
    this.#options = options;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The session clock. */
  get nowMs(): number {
    return this.#options.clock.now() - this.#beganAtMs;
  }

  get bufferedAmount(): number {
    return this.#options.socket.bufferedAmount;
  }

  ping(): void {
    this.#options.socket.ping();
  }

  close(code: number, reason: string): void {
    this.#options.onClosing?.(code, reason);
    this.#isClosed = true;
    this.#options.socket.close(code, reason);
  }

  terminate(): void {
    this.#isClosed = true;
    this.#options.socket.terminate();
  }

  /** The client is gone. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    const { session } = this.#options;
    // Also if the session has given the connection up, and waits: no client of this kind resumes.
    within(session, () => session.close('normal'));
  }

  /** What the session sends. */
  send(data: string | Uint8Array): void {
    if (typeof data === 'string') {
      const event = JSON.parse(data) as RelayEvent;
      this.#received(event.seq);
      if (event.type === 'session.created') {
        this.#beganAtMs = this.#options.clock.now() - event.server_ms;
      }
      if (event.type === 'error') this.#refusals += 1;
      return this.#options.onEvent(event);
    }
    const result = decodeAudioFrame(data);
    if (!result.ok) return;
    this.#received(result.frame.seq);
    this.#options.onAudio(result.frame);
  }

  /** @returns false if the session has refused it: `onEvent` was given the error meanwhile */
  readonly ask = (event: ClientEvent): boolean => {
    const { session } = this.#options;
    const before = this.#refusals;
    // A ping has no place in the sequence.
    const numbered = event.type === 'ping' ? event : { ...event, seq: ++this.#seq };
    session.receiveText(this, JSON.stringify(numbered));
    return this.#refusals === before;
  };

  readonly sendAudio = (
    item: number,
    samples: Int16Array,
    startMs: number,
    last: boolean,
  ): void => {
    const header = { kind: AudioFrameKind.uplink, last, item, seq: ++this.#seq };
    const timestampMs = Math.round(startMs);
    this.#options.session.receiveAudio(this, encodeAudioFrame({ ...header, timestampMs }, samples));
  };

  #received(seq: number): void {
    if (seq - this.#acknowledgedSeq < ACKNOWLEDGE_EVERY) return;
    this.#acknowledgedSeq = seq;
    queueMicrotask(() => {
      if (!this.#isClosed) this.ask({ type: 'ping', client_ms: 0, last_seq: seq });
    });
  }
}
