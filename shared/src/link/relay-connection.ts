import type { ClientEvent } from '../protocol/client-events.ts';
import { CLOSE_REASONS, CONNECTION_LOST, type CloseReason } from '../protocol/close-codes.ts';
import { ParleyError } from '../protocol/errors.ts';
import {
  BESIDE_SUBPROTOCOL_PREFIX,
  RESUME_SUBPROTOCOL_PREFIX,
  TICKET_SUBPROTOCOL_PREFIX,
  type CreateSessionResponse,
} from '../protocol/http-api.ts';
import type { RelayEvent, RelayEventOf } from '../protocol/relay-events.ts';
import { Backoff } from './backoff.ts';
import { ClientError } from './client-error.ts';
import { ClockOffset } from './clock-offset.ts';
import { ConnectionLine } from './connection-line.ts';
import type { RelayConnectionOptions } from './connection-options.ts';
import { readInbound } from './inbound.ts';
import type { LineState } from './line-state.ts';
import { Openings } from './openings.ts';
import { encodeOutbound, type Outbound } from './outbound.ts';
import { ClientOutbox, type Numbered } from './outbox.ts';
import { reasonOf, Refusals, SOCKET_BLOCKED, SOCKET_BLOCKED_SENTENCE } from './refusals.ts';
import { RelaySocket } from './relay-socket.ts';

/**
 * A connection that lasted this long resets the backoff. This is longer than the deadline of the
 * first ping, so that a relay which answers none is not tried again and again without a wait.
 */
const STABLE_MS = 15_000;
/** As many as a resumption may name. */
const MAX_OPEN_RESPONSES = 8;
/** A socket that worked this long shortens the next wait; one that was refused at once does not. */
const WORKED_MS = 1_000;

/**
 * The way to the relay: one session over as many sockets as it takes and, if the client wants it,
 * a new session if the old one cannot be resumed. Messages can be sent at any time and arrive once
 * and in order.
 */
export class RelayConnection {
  readonly clock = new ClockOffset();
  readonly #options: RelayConnectionOptions;
  readonly #outbox = new ClientOutbox();
  readonly #refusals = new Refusals();
  readonly #backoff: Backoff;
  readonly #closing = new AbortController();
  #session: CreateSessionResponse | undefined;
  /** Whether the session has been entered before, so that it is to be resumed. */
  #entered = false;
  /** The newest message of the relay's that we have; it sends in order and repeats in order. */
  #receivedSeq = 0;
  #lostAtMs = 0;
  /** That have begun and are not over; a relay that takes the call over ends them. */
  readonly #responses = new Set<string>();
  #socket: RelaySocket | undefined;
  readonly #line: ConnectionLine;
  #sockets = 0;
  readonly #openings: Openings;
  #endWait = () => {};

  constructor(options: RelayConnectionOptions) {
    this.#options = options;
    this.#openings = new Openings(options);
    this.#backoff = new Backoff(options.random);
    this.#line = new ConnectionLine({
      wishes: options.line,
      now: () => options.now(),
      first: () => this.#socket,
      openBeside: () => this.#openBeside(this.#session!),
      onChange: (state) => options.onLine?.(state),
    });
  }

  /** undefined until the session has been entered. */
  get session(): CreateSessionResponse | undefined {
    return this.#entered ? this.#session : undefined;
  }

  /** The codec of the next utterance, why, and what is known of the line. */
  get line(): LineState {
    return this.#line.state;
  }

  get unacknowledgedMs(): number {
    return this.#outbox.unacknowledgedMs;
  }

  get reconnects(): number {
    return Math.max(0, this.#sockets - 1);
  }

  /**
   * Connects and stays connected until `close`, until the relay says that it is over, or until the
   * session cannot be resumed. Resolves once the last socket is closed.
   */
  async run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      this.#options.onStatus({ kind: 'connecting', attempt: this.#backoff.attempt });
      const reason = this.#refusals.judge(await this.#attempt(signal));
      if (signal.aborted) return;
      const isResumable = this.#isResumable(reason);
      if (reason.retry === 'never' || !(isResumable || this.#options.replacesSession)) {
        this.#closed(reason);
        return;
      }
      if (!isResumable && !this.#isTicketUnused(reason)) this.#forgetSession();
      if (reason.retry === 'later') this.#backoff.skipFirst();
      const retryInMs = this.#backoff.nextDelayMs();
      if (retryInMs === 0) continue;
      this.#options.onStatus({ kind: 'waiting', attempt: this.#backoff.attempt, retryInMs });
      const wait = Promise.withResolvers<void>();
      this.#endWait = wait.resolve;
      const timer = setTimeout(wait.resolve, retryInMs);
      await wait.promise.finally(() => clearTimeout(timer));
    }
  }

  /** Sends now, or as soon as there is a session to send it to. */
  send(message: Outbound): void {
    this.#line.judge();
    const numbered = this.#outbox.push(message);
    if (this.#socket?.readyAtMs !== undefined) this.#transmit(numbered);
  }

  /** The network came back: waiting has no reason, and the socket may lead nowhere now. */
  retryNow(): void {
    this.#endWait();
    this.#socket?.probe();
  }

  /** Ends the session. */
  close(): void {
    this.#closed(CLOSE_REASONS.normal);
  }

  #closed(reason: CloseReason): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#endWait();
    this.#line.left();
    this.#socket?.end(reason);
    this.#options.onStatus({ kind: 'closed', reason });
  }

  /** One socket from its opening to its end. @returns why it ended */
  async #attempt(signal: AbortSignal): Promise<CloseReason> {
    try {
      this.#session ??= await this.#options.api.createSession(this.#options.request(), signal);
      this.#socket = this.#open(this.#session);
    } catch (error) {
      return signal.aborted ? CLOSE_REASONS.normal : this.#reasonOf(error);
    }
    const socket = this.#socket;
    const reason = await socket.ended;
    this.#socket = undefined;
    this.#line.left();
    socket.close(signal.aborted ? 'hang-up' : 'abandon');
    if (socket.readyAtMs !== undefined) {
      this.#lostAtMs = this.#options.now();
      const lastedMs = this.#lostAtMs - socket.readyAtMs;
      if (lastedMs >= STABLE_MS) this.#backoff.reset();
      else if (lastedMs >= WORKED_MS && socket.hasAnswered) this.#backoff.worked();
    }
    if (signal.aborted) await socket.closed;
    else if (reason.reason === CONNECTION_LOST && socket.readyAtMs === undefined) {
      return this.#judgeOpening(reason, signal);
    }
    return reason;
  }

  /** The session has not been entered, as far as is known: another ticket would only be counted. */
  #isTicketUnused({ reason }: CloseReason): boolean {
    return reason === CONNECTION_LOST && !this.#entered;
  }

  async #judgeOpening(reason: CloseReason, signal: AbortSignal): Promise<CloseReason> {
    try {
      const verdict = await this.#openings.judge(this.#entered, signal);
      if (verdict === 'again') return reason;
      if (verdict === 'blocked') {
        this.#options.onProblem(new ClientError('socket_blocked', SOCKET_BLOCKED_SENTENCE));
        return SOCKET_BLOCKED;
      }
    } catch (error) {
      if (signal.aborted) return CLOSE_REASONS.normal;
      this.#reasonOf(error);
      return reason;
    }
    const outcome = await this.#attempt(signal);
    // A relay that was shown the ticket without an upgrade has taken it back.
    if (outcome.retry !== 'new_session' || this.#entered) return outcome;
    this.#forgetSession();
    return this.#attempt(signal);
  }

  #open(session: CreateSessionResponse): RelaySocket {
    const { ticket, resume_token } = session;
    const secret = this.#entered
      ? RESUME_SUBPROTOCOL_PREFIX + resume_token
      : TICKET_SUBPROTOCOL_PREFIX + ticket;
    return this.#newSocket(session, secret, () => this.#onOpen(session));
  }

  /** It has nothing to say before it may be used. */
  #openBeside(session: CreateSessionResponse): RelaySocket {
    const secret = BESIDE_SUBPROTOCOL_PREFIX + session.resume_token;
    const socket = this.#newSocket(session, secret, () => socket.ready());
    return socket;
  }

  #newSocket(
    { ws_url, limits }: CreateSessionResponse,
    secret: string,
    onOpen: () => void,
  ): RelaySocket {
    const socket: RelaySocket = new RelaySocket({
      socket: this.#openings.open(ws_url, secret),
      heartbeatMs: limits.heartbeat_ms,
      now: () => this.#options.now(),
      line: () => this.#line.pace,
      onOpen,
      onMessage: (data) => this.#onMessage(socket, data),
      ping: (sentMs) => this.#ping(socket, sentMs),
    });
    return socket;
  }

  #onOpen({ session_id, resume_token }: CreateSessionResponse): void {
    if (!this.#entered) return;
    this.#sendNow({
      type: 'session.resume',
      session_id,
      resume_token,
      last_seq: this.#receivedSeq,
      responses: [...this.#responses].slice(-MAX_OPEN_RESPONSES),
    });
  }

  #onMessage(socket: RelaySocket, data: unknown): void {
    const isFirst = socket === this.#socket;
    if (isFirst) this.#options.onTraffic?.('received', data);
    const inbound = readInbound(data);
    if (inbound.kind === 'ignored') {
      if (inbound.isMalformed && isFirst) this.#options.onMalformed?.(inbound.name);
      return;
    }
    // Of each socket by itself: the answer to its own ping, which may have come by the other.
    if (inbound.kind === 'event' && inbound.event.type === 'pong') {
      this.#onPong(socket, inbound.event);
    }
    // Numbers only grow, except of what is repeated after a resumption although it had arrived.
    if (inbound.seq <= this.#receivedSeq) return;
    // The socket beside lacks some; the first is whole.
    if (!isFirst && inbound.seq !== this.#receivedSeq + 1) return;
    if (!isFirst) this.#options.onTraffic?.('received', data);
    this.#receivedSeq = inbound.seq;
    if (inbound.kind === 'audio') {
      this.#line.heard(inbound.frame.opus === undefined ? 'pcm16' : 'opus');
      this.#options.onAudio(inbound.frame);
    } else {
      this.#onEvent(inbound.event);
      this.#options.onEvent(inbound.event);
    }
  }

  #onPong(socket: RelaySocket, { client_ms, server_ms }: RelayEventOf<'pong'>): void {
    if (!socket.answered(client_ms)) return;
    this.clock.addRoundTrip(client_ms, server_ms, this.#options.now());
    this.#line.answered(client_ms);
  }

  #onEvent(event: RelayEvent): void {
    const nowMs = this.#options.now();
    switch (event.type) {
      case 'session.created':
        this.#line.entered(event.session);
        this.clock.addOneWay(event.server_ms, nowMs);
        this.#enter(this.#outbox.after(0) ?? this.#outbox.restart());
        return;
      case 'session.resumed': {
        this.#line.entered(event.session);
        this.#refusals.confirmed(event.last_input_seq);
        const missing = this.#outbox.after(event.last_input_seq);
        this.#outbox.acknowledge(event.last_input_seq);
        // The messages that the relay lacks are not here any more, so this session cannot go on.
        if (missing === undefined) this.#socket?.end(CLOSE_REASONS.sessionGone);
        else this.#enter(missing);
        return;
      }
      case 'input_audio_buffer.ack':
        this.#refusals.confirmed(event.input_seq);
        this.#outbox.acknowledge(event.input_seq);
        return;
      case 'response.created':
        this.#responses.add(event.response_id);
        return;
      case 'response.done':
        this.#responses.delete(event.response_id);
        return;
      default:
    }
  }

  #enter(missing: readonly Numbered[]): void {
    this.#entered = true;
    this.#openings.succeeded();
    this.#sockets += 1;
    this.#socket?.ready();
    this.#options.onStatus({ kind: 'open' });
    for (const numbered of missing) this.#transmit(numbered, 'again');
  }

  #transmit({ seq, message }: Numbered, how: 'new' | 'again' = 'new'): void {
    const data = encodeOutbound(message, seq, (localMs) => this.clock.toSessionMs(localMs));
    this.#write(data);
    const isPcm = message.kind === 'audio' && message.audio instanceof Int16Array;
    if (message.kind === 'audio') this.#line.spoke(isPcm ? 'pcm16' : 'opus');
    if (how === 'new' && !isPcm) this.#line.sendBeside(data);
  }

  #sendNow(event: ClientEvent): void {
    this.#write(JSON.stringify(event));
  }

  #write(data: string | Uint8Array<ArrayBuffer>): void {
    if (this.#socket?.send(data) === true) this.#options.onTraffic?.('sent', data);
  }

  #ping(socket: RelaySocket, client_ms: number): void {
    const data = JSON.stringify(this.#line.ping(client_ms, this.#receivedSeq));
    if (socket === this.#socket) this.#write(data);
    else socket.send(data);
  }

  #isResumable({ retry }: CloseReason): boolean {
    if (retry !== 'resume' || this.#session === undefined || !this.#entered) return false;
    return this.#options.now() - this.#lostAtMs < this.#session.limits.resume_window_ms;
  }

  #forgetSession(): void {
    this.#session = undefined;
    if (!this.#entered) return;
    this.#entered = false;
    this.#receivedSeq = 0;
    this.#responses.clear();
    this.clock.reset();
    this.#outbox.restart();
    this.#options.onSessionLost?.();
  }

  #reasonOf(error: unknown): CloseReason {
    if (!(error instanceof ParleyError || error instanceof ClientError)) throw error;
    this.#options.onProblem(error);
    return reasonOf(error);
  }
}
