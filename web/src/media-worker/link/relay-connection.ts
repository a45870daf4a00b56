import {
  CLOSE_REASONS,
  closeReasonOf,
  RESUME_SUBPROTOCOL_PREFIX,
  SUBPROTOCOL,
  TICKET_SUBPROTOCOL_PREFIX,
  type AudioFrame,
  type ClientEvent,
  type CloseReason,
  type CreateSessionResponse,
  type ErrorCode,
  type RelayEvent,
} from '@parley/shared';
import { Backoff } from './backoff.ts';
import { ClockOffset } from './clock-offset.ts';
import { Heartbeat } from './heartbeat.ts';
import { readInbound } from './inbound.ts';
import { encodeOutbound, type Outbound } from './outbound.ts';
import { Outbox, type Numbered } from './outbox.ts';
import { type SessionApi, SessionRequestError, type SessionRequest } from './session-api.ts';
import { Wait } from './wait.ts';

/** From opening the socket to the relay's word that the session is there. */
const CONNECT_DEADLINE_MS = 10_000;
/** A connection that lasted as long is not part of a run of failures. */
const STABLE_MS = 5_000;
/**
 * A socket that we give up without giving up the session: any code but 1000 and 1001, which would
 * tell the relay that we hung up.
 */
const ABANDONED = 4_000;

export type ConnectionStatus =
  | { readonly kind: 'connecting'; readonly attempt: number }
  | { readonly kind: 'open' }
  | { readonly kind: 'waiting'; readonly attempt: number; readonly retryInMs: number }
  | { readonly kind: 'closed'; readonly reason: CloseReason };

export interface RelayConnectionOptions {
  readonly api: SessionApi;
  /** What to ask of a new session. */
  request(): SessionRequest;
  readonly WebSocket: typeof globalThis.WebSocket;
  readonly random: () => number;
  now(): number;
  onStatus(status: ConnectionStatus): void;
  onEvent(event: RelayEvent): void;
  onAudio(frame: AudioFrame): void;
  /** The session could not be had; it will be tried again unless the status becomes `closed`. */
  onProblem(code: ErrorCode | 'network_unreachable', message: string): void;
  /** The old session's replies will not go on. */
  onSessionLost(): void;
  /** What passes over the socket, for the event log: event types or `audio`. */
  onTraffic(direction: 'sent' | 'received', name: string, seq: number | undefined): void;
}

/** One socket while it lasts. */
interface Line {
  readonly socket: WebSocket;
  readonly heartbeat: Heartbeat;
  readonly end: (reason: CloseReason) => void;
  /** When the relay said that the session is there. */
  readyAtMs: number | undefined;
}

/**
 * The way to the relay: one session over as many sockets as it takes, and a new session where the
 * old one cannot be had back. Messages can be sent at any time and arrive once and in order.
 */
export class RelayConnection {
  readonly clock = new ClockOffset();
  readonly #options: RelayConnectionOptions;
  readonly #outbox = new Outbox();
  readonly #backoff: Backoff;
  readonly #closing = new AbortController();
  readonly #wait = new Wait();
  #session: CreateSessionResponse | undefined;
  /** Whether the session has been entered before, so that it is to be resumed. */
  #entered = false;
  /** The newest message of the relay's that we have; it sends in order and repeats in order. */
  #receivedSeq = 0;
  #lostAtMs = 0;
  #line: Line | undefined;
  #sockets = 0;

  constructor(options: RelayConnectionOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.random);
  }

  get unacknowledgedMs(): number {
    return this.#outbox.unacknowledgedMs;
  }

  get reconnects(): number {
    return Math.max(0, this.#sockets - 1);
  }

  /** Connects and stays connected until `close`, or until the relay says that it is over. */
  async run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      this.#options.onStatus({ kind: 'connecting', attempt: this.#backoff.attempt });
      const reason = await this.#attempt(signal);
      if (signal.aborted) return;
      if (reason.retry === 'never') {
        this.#closed(reason);
        return;
      }
      this.#forgetSessionUnlessResumable(reason);
      if (reason.retry === 'later') this.#backoff.skipFirst();
      const retryInMs = this.#backoff.nextDelayMs();
      if (retryInMs === 0) continue;
      this.#options.onStatus({ kind: 'waiting', attempt: this.#backoff.attempt, retryInMs });
      await this.#wait.forMs(retryInMs, signal);
    }
  }

  /** Sends now, or as soon as there is a session to send it to. */
  send(message: Outbound): void {
    const numbered = this.#outbox.push(message);
    if (this.#line?.readyAtMs !== undefined) this.#transmit(numbered);
  }

  /** The network came back: there is no reason to wait any longer. */
  retryNow(): void {
    this.#wait.cut();
  }

  /** Ends the session. */
  close(): void {
    this.#closed(CLOSE_REASONS.normal);
  }

  #closed(reason: CloseReason): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#options.onStatus({ kind: 'closed', reason });
  }

  /** One socket from its opening to its end. @returns why it ended; never rejects */
  async #attempt(signal: AbortSignal): Promise<CloseReason> {
    try {
      this.#session ??= await this.#options.api.createSession(this.#options.request(), signal);
    } catch (error) {
      return signal.aborted ? CLOSE_REASONS.normal : this.#reasonOf(error);
    }
    const { ws_url, ticket, resume_token } = this.#session;
    const secret = this.#entered
      ? RESUME_SUBPROTOCOL_PREFIX + resume_token
      : TICKET_SUBPROTOCOL_PREFIX + ticket;
    const socket = new this.#options.WebSocket(ws_url, [SUBPROTOCOL, secret]);
    socket.binaryType = 'arraybuffer';
    return this.#serve(socket, this.#session, signal);
  }

  async #serve(
    socket: WebSocket,
    session: CreateSessionResponse,
    signal: AbortSignal,
  ): Promise<CloseReason> {
    const { promise, resolve } = Promise.withResolvers<CloseReason>();
    const lost = () => resolve(closeReasonOf(1006));
    const heartbeat = new Heartbeat({
      intervalMs: session.limits.heartbeat_ms,
      now: () => this.#options.now(),
      ping: (client_ms) => this.#sendNow({ type: 'ping', client_ms, last_seq: this.#receivedSeq }),
      onDead: lost,
    });
    const line: Line = { socket, heartbeat, end: resolve, readyAtMs: undefined };
    this.#line = line;
    const deadline = setTimeout(() => {
      if (line.readyAtMs === undefined) lost();
    }, CONNECT_DEADLINE_MS);
    const listeners = new AbortController();
    const on = { signal: listeners.signal };
    socket.addEventListener('open', () => this.#onOpen(session), on);
    socket.addEventListener('message', ({ data }) => this.#onMessage(data), on);
    socket.addEventListener('close', ({ code }) => resolve(closeReasonOf(code)), on);
    signal.addEventListener('abort', () => resolve(CLOSE_REASONS.normal), on);
    try {
      return await promise;
    } finally {
      clearTimeout(deadline);
      listeners.abort();
      heartbeat.stop();
      this.#line = undefined;
      socket.close(signal.aborted ? 1000 : ABANDONED);
      const nowMs = this.#options.now();
      if (line.readyAtMs !== undefined) {
        this.#lostAtMs = nowMs;
        if (nowMs - line.readyAtMs >= STABLE_MS) this.#backoff.reset();
      }
    }
  }

  #onOpen({ session_id, resume_token }: CreateSessionResponse): void {
    if (!this.#entered) return;
    this.#sendNow({
      type: 'session.resume',
      session_id,
      resume_token,
      last_seq: this.#receivedSeq,
    });
  }

  #onMessage(data: unknown): void {
    const inbound = readInbound(data);
    if (inbound.kind === 'ignored') {
      this.#options.onTraffic('received', `ignored: ${inbound.name}`, undefined);
      return;
    }
    // Numbers only grow, except of what is repeated after a resumption although it had arrived.
    if (inbound.seq <= this.#receivedSeq) return;
    this.#receivedSeq = inbound.seq;
    if (inbound.kind === 'audio') {
      this.#options.onTraffic('received', 'audio', inbound.seq);
      this.#options.onAudio(inbound.frame);
    } else {
      this.#options.onTraffic('received', inbound.event.type, inbound.seq);
      this.#onEvent(inbound.event);
      this.#options.onEvent(inbound.event);
    }
  }

  #onEvent(event: RelayEvent): void {
    const nowMs = this.#options.now();
    switch (event.type) {
      case 'session.created':
        this.clock.addOneWay(event.server_ms, nowMs);
        this.#enter(this.#outbox.after(0) ?? this.#outbox.restart());
        return;
      case 'session.resumed': {
        const missing = this.#outbox.after(event.last_input_seq);
        this.#outbox.acknowledge(event.last_input_seq);
        // What the relay lacks is not here any more, so this session cannot go on.
        if (missing === undefined) this.#line?.end(CLOSE_REASONS.sessionGone);
        else this.#enter(missing);
        return;
      }
      case 'input_audio_buffer.ack':
        this.#outbox.acknowledge(event.input_seq);
        return;
      case 'pong':
        if (this.#line?.heartbeat.answered(event.client_ms) === true) {
          this.clock.addRoundTrip(event.client_ms, event.server_ms, nowMs);
        }
        return;
      default:
    }
  }

  #enter(missing: readonly Numbered[]): void {
    if (this.#line === undefined) return;
    this.#line.readyAtMs = this.#options.now();
    this.#entered = true;
    this.#sockets += 1;
    this.#options.onStatus({ kind: 'open' });
    this.#line.heartbeat.start();
    for (const numbered of missing) this.#transmit(numbered);
  }

  #transmit({ seq, message }: Numbered): void {
    if (this.#line === undefined) return;
    this.#line.socket.send(
      encodeOutbound(message, seq, (localMs) => this.clock.toSessionMs(localMs)),
    );
    const name = message.kind === 'audio' ? 'audio' : message.event.type;
    this.#options.onTraffic('sent', name, seq);
  }

  #sendNow(event: ClientEvent): void {
    const socket = this.#line?.socket;
    if (socket === undefined || socket.readyState !== socket.OPEN) return;
    socket.send(JSON.stringify(event));
    this.#options.onTraffic('sent', event.type, undefined);
  }

  #forgetSessionUnlessResumable({ retry }: CloseReason): void {
    if (this.#session === undefined) return;
    const elapsedMs = this.#options.now() - this.#lostAtMs;
    const resumable = this.#entered && elapsedMs < this.#session.limits.resume_window_ms;
    if (retry === 'resume' && resumable) return;
    this.#session = undefined;
    if (!this.#entered) return;
    this.#entered = false;
    this.#receivedSeq = 0;
    this.clock.reset();
    this.#outbox.restart();
    this.#options.onSessionLost();
  }

  #reasonOf(error: unknown): CloseReason {
    if (!(error instanceof SessionRequestError)) throw error;
    this.#options.onProblem(error.code, error.message);
    const { code, message, retryable } = error;
    return { code: 1006, reason: code, retry: retryable ? 'later' : 'never', message };
  }
}
