import type { AudioCodec, AudioFrame } from '../protocol/audio-frame.ts';
import type { ClientEvent, ClientEventOf } from '../protocol/client-events.ts';
import { CLOSE_REASONS, CONNECTION_LOST, type CloseReason } from '../protocol/close-codes.ts';
import { ERRORS, ParleyError } from '../protocol/errors.ts';
import {
  BESIDE_SUBPROTOCOL_PREFIX,
  RESUME_SUBPROTOCOL_PREFIX,
  SUBPROTOCOL,
  TICKET_SUBPROTOCOL_PREFIX,
  type CreateSessionResponse,
} from '../protocol/http-api.ts';
import type { RelayEvent, RelayEventOf } from '../protocol/relay-events.ts';
import { Backoff } from './backoff.ts';
import { ClientError } from './client-error.ts';
import { ClockOffset } from './clock-offset.ts';
import { readInbound } from './inbound.ts';
import type { LineState } from './line-state.ts';
import { LineWatch, type LineWishes } from './line-watch.ts';
import { encodeOutbound, type Outbound } from './outbound.ts';
import { ClientOutbox, type Numbered } from './outbox.ts';
import { Refusals, SOCKET_BLOCKED, SOCKET_BLOCKED_SENTENCE } from './refusals.ts';
import { RelaySocket, type WebSocketPort } from './relay-socket.ts';
import type { SessionApi, SessionRequest } from './session-api.ts';
import { SocketBeside } from './socket-beside.ts';

/**
 * A connection that lasted this long resets the backoff. This is longer than the deadline of the
 * first ping, so that a relay which answers none is not tried again and again without a wait.
 */
const STABLE_MS = 15_000;
/** One may fail as the relay restarts; so many in a row, while HTTP gets through, do not. */
const MAX_BLOCKED_OPENINGS = 3;
/** As many as a resumption may name. */
const MAX_OPEN_RESPONSES = 8;
/** A socket that worked this long shortens the next wait; one that was refused at once does not. */
const WORKED_MS = 1_000;
/** What a client knows of its line is sent along with a ping, this often at the most. */
const REPORT_LINE_MS = 5_000;
/** A ping that follows PCM16 within this time may wait behind it. */
const BEHIND_PCM_MS = 3_000;

export type ConnectionStatus =
  | { readonly kind: 'connecting'; readonly attempt: number }
  | { readonly kind: 'open' }
  | { readonly kind: 'waiting'; readonly attempt: number; readonly retryInMs: number }
  | { readonly kind: 'closed'; readonly reason: CloseReason };

const NO_WISHES: LineWishes = {
  choice: () => 'auto',
  hints: () => ({}),
  hasEncoder: () => false,
};
const IDLE = { awaitedMs: 0, waitingBytes: 0 };

export type TrafficDirection = 'sent' | 'received';

export interface RelayConnectionOptions {
  readonly api: SessionApi;
  /** What to ask of a new session. */
  request(): SessionRequest;
  /** Whether a session that cannot be resumed is followed by a new one. */
  readonly replacesSession: boolean;
  readonly WebSocket: new (url: string, protocols: string[]) => WebSocketPort;
  readonly random: () => number;
  /** Absent: speech is always PCM16. */
  readonly line?: LineWishes;
  now(): number;
  onStatus(status: ConnectionStatus): void;
  onEvent(event: RelayEvent): void;
  onAudio(frame: AudioFrame): void;
  /** The session was not granted; it is tried again unless the status becomes `closed`. */
  onProblem(problem: ParleyError | ClientError): void;
  /** Replies of the old session will not go on. */
  onSessionLost?(): void;
  /** Each message on the socket, as it is: it must not be written to. */
  onTraffic?(direction: TrafficDirection, data: unknown): void;
  /** A message that is not in the protocol was ignored. */
  onMalformed?(fault: string): void;
  /** Another codec, for another reason, or another number of sockets. */
  onLine?(state: LineState): void;
}

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
  readonly #beside: SocketBeside;
  readonly #watch: LineWatch;
  #line: LineState;
  #lineReportedMs = Number.NEGATIVE_INFINITY;
  /** PCM16 was sent or received. */
  #pcmAtMs = Number.NEGATIVE_INFINITY;
  /** Of the speech that was sent last. */
  #sentCodec: AudioCodec = 'pcm16';
  #sockets = 0;
  /** In a row; each while plain HTTP reached the relay. */
  #blockedOpenings = 0;
  #endWait = () => {};

  constructor(options: RelayConnectionOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.random);
    this.#watch = new LineWatch(options.line ?? NO_WISHES);
    this.#line = this.#watch.judge(options.now(), IDLE);
    this.#beside = new SocketBeside({
      now: () => options.now(),
      open: () => this.#openBeside(this.#session!),
    });
  }

  /** undefined until the session has been entered. */
  get session(): CreateSessionResponse | undefined {
    return this.#entered ? this.#session : undefined;
  }

  /** The codec of the next utterance, why, and what is known of the line. */
  get line(): LineState {
    return this.#line;
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
    this.#judgeLine();
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
    this.#beside.close();
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
    this.#beside.close();
    socket.close(signal.aborted ? 'hang-up' : 'abandon');
    if (socket.readyAtMs !== undefined) {
      this.#lostAtMs = this.#options.now();
      const lastedMs = this.#lostAtMs - socket.readyAtMs;
      if (lastedMs >= STABLE_MS) this.#backoff.reset();
      else if (lastedMs >= WORKED_MS && socket.hasAnswered) this.#backoff.worked();
    }
    if (signal.aborted) await socket.closed;
    else if (this.#isTicketUnused(reason)) return this.#judgeOpening(reason, signal);
    return reason;
  }

  /** The session has not been entered, as far as is known: another ticket would only be counted. */
  #isTicketUnused({ reason }: CloseReason): boolean {
    return reason === CONNECTION_LOST && !this.#entered;
  }

  /** A browser does not show a page why a WebSocket did not open. What HTTP does beside it says more. */
  async #judgeOpening(reason: CloseReason, signal: AbortSignal): Promise<CloseReason> {
    const { api, replacesSession, onProblem } = this.#options;
    try {
      await api.reach(signal);
    } catch (error) {
      if (signal.aborted) return CLOSE_REASONS.normal;
      this.#blockedOpenings = 0;
      this.#reasonOf(error);
      return reason;
    }
    this.#blockedOpenings += 1;
    if (this.#blockedOpenings < (replacesSession ? MAX_BLOCKED_OPENINGS : 1)) return reason;
    onProblem(new ClientError('socket_blocked', SOCKET_BLOCKED_SENTENCE));
    return SOCKET_BLOCKED;
  }

  #open(session: CreateSessionResponse): RelaySocket {
    const { ticket, resume_token } = session;
    const secret = this.#entered
      ? RESUME_SUBPROTOCOL_PREFIX + resume_token
      : TICKET_SUBPROTOCOL_PREFIX + ticket;
    this.#watch.restart();
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
    let port: WebSocketPort;
    try {
      port = new this.#options.WebSocket(ws_url, [SUBPROTOCOL, secret]);
    } catch (cause) {
      const message = 'The server offered a session that cannot be used.';
      throw new ClientError('unreadable_answer', message, { cause });
    }
    const socket: RelaySocket = new RelaySocket({
      socket: port,
      heartbeatMs: limits.heartbeat_ms,
      now: () => this.#options.now(),
      line: () => this.#linePace(),
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
      if (inbound.frame.opus === undefined) this.#pcmAtMs = this.#options.now();
      this.#options.onAudio(inbound.frame);
    } else {
      this.#onEvent(inbound.event);
      this.#options.onEvent(inbound.event);
    }
  }

  #onPong(socket: RelaySocket, { client_ms, server_ms }: RelayEventOf<'pong'>): void {
    const nowMs = this.#options.now();
    if (!socket.answered(client_ms)) return;
    this.clock.addRoundTrip(client_ms, server_ms, nowMs);
    const isAlone = client_ms - this.#pcmAtMs > BEHIND_PCM_MS;
    this.#watch.answered({ rttMs: nowMs - client_ms, isAlone }, nowMs);
    this.#judgeLine();
  }

  #onEvent(event: RelayEvent): void {
    const nowMs = this.#options.now();
    switch (event.type) {
      case 'session.created':
        this.#watch.takesOpus = event.session.audio_codecs?.includes('opus') === true;
        this.clock.addOneWay(event.server_ms, nowMs);
        this.#enter(this.#outbox.after(0) ?? this.#outbox.restart());
        return;
      case 'session.resumed': {
        this.#watch.takesOpus = event.session.audio_codecs?.includes('opus') === true;
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
    this.#blockedOpenings = 0;
    this.#sockets += 1;
    this.#socket?.ready();
    this.#options.onStatus({ kind: 'open' });
    for (const numbered of missing) this.#transmit(numbered, 'again');
  }

  #transmit({ seq, message }: Numbered, how: 'new' | 'again' = 'new'): void {
    const data = encodeOutbound(message, seq, (localMs) => this.clock.toSessionMs(localMs));
    this.#write(data);
    if (message.kind === 'audio') {
      const isPcm = message.audio instanceof Int16Array;
      this.#sentCodec = isPcm ? 'pcm16' : 'opus';
      if (isPcm) this.#pcmAtMs = this.#options.now();
      if (isPcm) return;
    }
    if (how === 'new') this.#beside.send(data);
  }

  #sendNow(event: ClientEvent): void {
    this.#write(JSON.stringify(event));
  }

  #write(data: string | Uint8Array<ArrayBuffer>): void {
    if (this.#socket?.send(data) === true) this.#options.onTraffic?.('sent', data);
  }

  #ping(socket: RelaySocket, client_ms: number): void {
    this.#judgeLine();
    const data = JSON.stringify({
      type: 'ping',
      client_ms,
      last_seq: this.#receivedSeq,
      line: this.#lineReport(client_ms),
    } satisfies ClientEvent);
    if (socket === this.#socket) this.#write(data);
    else socket.send(data);
  }

  #lineReport(nowMs: number): ClientEventOf<'ping'>['line'] {
    const { rttMs, loss } = this.#line;
    if (rttMs === undefined || nowMs - this.#lineReportedMs < REPORT_LINE_MS) return undefined;
    this.#lineReportedMs = nowMs;
    const sockets = this.#beside.socket === undefined ? 1 : 2;
    return { codec: this.#sentCodec, sockets, rtt_ms: Math.round(rttMs), loss };
  }

  #linePace(): 'good' | 'late' | 'doubt' {
    const isBehindPcm = this.#options.now() - this.#pcmAtMs <= BEHIND_PCM_MS;
    if (this.#watch.isInDoubt && !isBehindPcm) return 'doubt';
    return this.#watch.isLate ? 'late' : 'good';
  }

  #judgeLine(): void {
    const sockets = [this.#socket, this.#beside.socket].filter((socket) => socket !== undefined);
    const before = this.#line;
    this.#line = this.#watch.judge(this.#options.now(), {
      awaitedMs: Math.max(0, ...sockets.map(({ awaitedForMs }) => awaitedForMs)),
      waitingBytes: Math.max(0, ...sockets.map(({ waitingBytes }) => waitingBytes)),
    });
    const { codec, reason, sockets: wished } = this.#line;
    if (this.#socket?.readyAtMs !== undefined) this.#beside.wish(wished === 2);
    if (codec === before.codec && reason === before.reason && wished === before.sockets) return;
    this.#options.onLine?.(this.#line);
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
    if (error instanceof ClientError) {
      return { code: 1006, reason: error.code, retry: 'later', message: error.message };
    }
    const { code, retryable } = error;
    // The problem has the details; why a call is over is one short sentence.
    const { message } = ERRORS[code];
    return { code: 1006, reason: code, retry: retryable ? 'later' : 'never', message };
  }
}
