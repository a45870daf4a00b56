import { WebSocket, type RawData } from 'ws';
import {
  AudioFrameKind,
  closeReasonOf,
  decodeAudioFrame,
  decodeRelayEvent,
  encodeAudioFrame,
  SUBPROTOCOL,
  TICKET_SUBPROTOCOL_PREFIX,
  type AudioFrame,
  type ClientEvent,
  type ClientEventType,
  type CreateSessionResponse,
  type RelayEvent,
  type SessionDescription,
} from '@parley/shared';
import { ClientError, closedBy } from './client-error.ts';
import { ClockOffset } from './clock-offset.ts';

const HANDSHAKE_DEADLINE_MS = 10_000;
/** How long a goodbye may take before the line is cut. */
const CLOSE_DEADLINE_MS = 1_000;
/** The first pings come close together, so that the clocks agree before the first turn. */
const FIRST_PINGS = 4;
const FIRST_PING_INTERVAL_MS = 25;
/** No event of the protocol comes near this. */
const MAX_MESSAGE_BYTES = 1024 * 1024;

/** A client event before the connection numbers it. */
export type UnnumberedClientEvent = {
  [type in ClientEventType]: Omit<Extract<ClientEvent, { type: type }>, 'seq'>;
}[ClientEventType];

/** `receivedMs` is on this process's own clock, `performance.now()`. */
export interface ConnectionListener {
  readonly event?: (event: RelayEvent, receivedMs: number) => void;
  readonly audio?: (frame: AudioFrame, receivedMs: number) => void;
  /** @param error - undefined where this side hung up */
  readonly closed?: (error: ClientError | undefined) => void;
}

export interface ConnectOptions {
  readonly session: Pick<CreateSessionResponse, 'ws_url' | 'ticket'>;
  /** Aborting hangs up at any time. */
  readonly signal: AbortSignal;
}

type State =
  | { readonly kind: 'opening' }
  | { readonly kind: 'open'; readonly session: SessionDescription }
  | { readonly kind: 'closed'; readonly error: ClientError | undefined };

/**
 * Opens the WebSocket of a session and waits for `session.created`.
 *
 * @throws ClientError where that does not come; the signal's reason when aborted
 */
export async function connect(options: ConnectOptions): Promise<RelayConnection> {
  options.signal.throwIfAborted();
  const connection = dial(options);
  try {
    await connection.opened;
  } catch (error) {
    options.signal.throwIfAborted();
    throw error;
  }
  return connection;
}

function dial(options: ConnectOptions): RelayConnection {
  try {
    return new RelayConnection(options);
  } catch (cause) {
    // The library refuses an address or a ticket that cannot be one.
    throw new ClientError(
      'unreadable_answer',
      'The server offered a session that cannot be used.',
      {
        cause,
      },
    );
  }
}

/** One WebSocket to a relay: numbers what goes out, checks what comes in, keeps the clocks. */
export class RelayConnection {
  /** Settles once: when the session stands, or when it is clear that it will not. */
  readonly opened: Promise<void>;
  readonly #socket: WebSocket;
  readonly #signal: AbortSignal;
  readonly #offset = new ClockOffset();
  readonly #listeners = new Set<ConnectionListener>();
  #settleOpened: (error?: Error) => void = () => {};
  #state: State = { kind: 'opening' };
  #nextSeq = 1;
  #lastRelaySeq = 0;
  #pings = 0;
  #pingTimer: NodeJS.Timeout | undefined;
  /** What to report instead of the close code, where this side knows better. */
  #failure: ClientError | undefined;
  #isHangingUp = false;

  constructor({ session, signal }: ConnectOptions) {
    this.#signal = signal;
    this.opened = new Promise((resolve, reject) => {
      this.#settleOpened = (error) => (error === undefined ? resolve() : reject(error));
    });
    // Whoever only listens for `closed` learns the same from there.
    this.opened.catch(() => {});
    this.#socket = new WebSocket(
      session.ws_url,
      [SUBPROTOCOL, `${TICKET_SUBPROTOCOL_PREFIX}${session.ticket}`],
      {
        // The library offers deflate by default; speech does not compress.
        perMessageDeflate: false,
        handshakeTimeout: HANDSHAKE_DEADLINE_MS,
        maxPayload: MAX_MESSAGE_BYTES,
      },
    );
    const overdue = setTimeout(() => {
      if (this.#state.kind === 'opening') {
        this.#fail(new ClientError('timed_out', 'The server took too long to open the session.'));
      }
    }, HANDSHAKE_DEADLINE_MS);
    // With a goodbye, or the relay would hold the session for one who is not coming back.
    const onAbort = () => void this.close();
    signal.addEventListener('abort', onAbort);
    this.#socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    this.#socket.on('error', (cause) => {
      if (this.#state.kind !== 'opening') return;
      this.#failure ??= new ClientError(
        'unreachable',
        `The session's WebSocket at ${session.ws_url} could not be opened (${cause.message}).`,
        { cause },
      );
    });
    this.#socket.on('close', (code) => {
      clearTimeout(overdue);
      signal.removeEventListener('abort', onAbort);
      this.#close(this.#isHangingUp ? undefined : (this.#failure ?? closedBy(closeReasonOf(code))));
    });
    if (signal.aborted) onAbort();
  }

  /** What the relay said of the session. @throws ClientError where it does not stand */
  get session(): SessionDescription {
    if (this.#state.kind === 'open') return this.#state.session;
    throw this.#ended();
  }

  /** @returns what takes the listener off again */
  listen(listener: ConnectionListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** This moment on the session clock, ms. */
  nowMs(): number {
    return this.toSessionMs(performance.now());
  }

  /** @param ownMs - an instant of `performance.now()` */
  toSessionMs(ownMs: number): number {
    return this.#offset.toSessionMs(ownMs);
  }

  /** @throws ClientError where the connection is closed */
  send(event: UnnumberedClientEvent): void {
    this.#transmit(
      JSON.stringify(event.type === 'ping' ? event : { ...event, seq: this.#nextSeq++ }),
    );
  }

  /** @throws ClientError where the connection is closed */
  sendAudio(
    chunk: { readonly utterance: number; readonly timestampMs: number; readonly last: boolean },
    samples: Int16Array,
  ): void {
    const { utterance: item, timestampMs, last } = chunk;
    const kind = AudioFrameKind.uplink;
    this.#transmit(
      encodeAudioFrame(
        { kind, last, item, seq: this.#nextSeq++, timestampMs: Math.round(timestampMs) },
        samples,
      ),
    );
  }

  /** Hangs up; resolves when the line is down, within about a second. */
  async close(): Promise<void> {
    if (this.#state.kind === 'closed') return;
    this.#isHangingUp = true;
    const down = new Promise<void>((resolve) => {
      this.#socket.once('close', () => resolve());
    });
    const cut = setTimeout(() => this.#socket.terminate(), CLOSE_DEADLINE_MS);
    this.#socket.close(1000);
    await down;
    clearTimeout(cut);
  }

  #transmit(data: string | Uint8Array): void {
    if (this.#state.kind === 'closed' || this.#socket.readyState !== WebSocket.OPEN) {
      throw this.#ended();
    }
    this.#socket.send(data);
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#state.kind === 'closed') return;
    const receivedMs = performance.now();
    // The default binary type delivers one Buffer, never fragments.
    const bytes = data as Buffer;
    if (isBinary) {
      const result = decodeAudioFrame(bytes);
      if (!result.ok) return this.#fail(unreadable(result.fault));
      this.#lastRelaySeq = result.frame.seq;
      for (const listener of this.#listeners) listener.audio?.(result.frame, receivedMs);
      return;
    }
    const result = decodeRelayEvent(bytes.toString('utf8'));
    if (result.kind === 'malformed') return this.#fail(unreadable(result.detail));
    // A newer server may say more than this client knows.
    if (result.kind === 'unknown') return;
    this.#take(result.event, receivedMs);
    for (const listener of this.#listeners) listener.event?.(result.event, receivedMs);
  }

  #take(event: RelayEvent, receivedMs: number): void {
    this.#lastRelaySeq = event.seq;
    if (event.type === 'pong') {
      this.#offset.add(event.client_ms, event.server_ms, receivedMs);
    } else if (event.type === 'session.created') {
      this.#offset.guess(event.server_ms, receivedMs);
      this.#state = { kind: 'open', session: event.session };
      this.#settleOpened();
      this.#ping(event.session.limits.heartbeat_ms);
    } else if (event.type === 'session.updated') {
      this.#state = { kind: 'open', session: event.session };
    }
  }

  /** Heartbeats: they carry the clocks, and let the relay forget what has arrived. */
  #ping(intervalMs: number): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#pings++;
    this.send({ type: 'ping', client_ms: performance.now(), last_seq: this.#lastRelaySeq });
    this.#pingTimer = setTimeout(
      () => this.#ping(intervalMs),
      this.#pings < FIRST_PINGS ? FIRST_PING_INTERVAL_MS : intervalMs,
    );
  }

  #fail(error: ClientError): void {
    this.#failure ??= error;
    this.#socket.terminate();
  }

  #close(error: ClientError | undefined): void {
    clearTimeout(this.#pingTimer);
    this.#state = { kind: 'closed', error };
    this.#settleOpened(this.#ended());
    for (const listener of this.#listeners) listener.closed?.(error);
    this.#listeners.clear();
  }

  #ended(): Error {
    if (this.#signal.aborted) return asError(this.#signal.reason);
    return (
      (this.#state.kind === 'closed' ? this.#state.error : undefined) ??
      new ClientError('connection_lost', 'The connection is closed.')
    );
  }
}

function unreadable(detail: string): ClientError {
  return new ClientError(
    'unreadable_answer',
    `The server sent something that is not in the protocol: ${detail}`,
  );
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
