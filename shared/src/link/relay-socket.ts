import { closeReasonOf, type CloseReason } from '../protocol/close-codes.ts';
import { SUBPROTOCOL } from '../protocol/http-api.ts';
import { ClientError } from './client-error.ts';
import { Heartbeat, type HeartbeatOptions } from './heartbeat.ts';

/** From opening the socket to the relay's word that the session is there. */
const CONNECT_DEADLINE_MS = 10_000;
/** After voice has passed, the next of it may be wanted at any moment. */
const IN_USE_MS = 30_000;
/**
 * A socket that is given up without giving up the session: any code but 1000 and 1001, which would
 * end the call at the relay.
 */
const ABANDONED = 4_000;

/** As much of a WebSocket as is used here: the browser's, and that of `ws`. */
export interface WebSocketPort {
  binaryType: string;
  readonly readyState: number;
  readonly OPEN: number;
  /** Bytes that were handed over and not sent yet. */
  readonly bufferedAmount: number;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { readonly code: number }) => void): void;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
}

export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketPort;

/**
 * @param secret - the subprotocol that opens a session
 * @throws ClientError if no socket can be opened to such an address
 */
export function openPort(
  WebSocket: WebSocketConstructor,
  url: string,
  secret: string,
): WebSocketPort {
  try {
    return new WebSocket(url, [SUBPROTOCOL, secret]);
  } catch (cause) {
    const message = 'The server offered a session that cannot be used.';
    throw new ClientError('unreadable_answer', message, { cause });
  }
}

export interface RelaySocketOptions {
  readonly socket: WebSocketPort;
  readonly heartbeatMs: number;
  now(): number;
  line: HeartbeatOptions['line'];
  onOpen(): void;
  onMessage(data: unknown): void;
  ping(sentMs: number): void;
}

/** One socket while it lasts. */
export class RelaySocket {
  /** Why it is of no more use: it was closed, the relay does not answer, or `end` was called. */
  readonly ended: Promise<CloseReason>;
  /** Resolves when the socket is really closed. */
  readonly closed: Promise<void>;
  readonly end: (reason: CloseReason) => void;
  readonly #options: RelaySocketOptions;
  readonly #heartbeat: Heartbeat;
  readonly #deadline: ReturnType<typeof setTimeout>;
  #readyAtMs: number | undefined;
  #voiceAtMs = Number.NEGATIVE_INFINITY;
  #hasAnswered = false;
  #isGivenUp = false;

  constructor(options: RelaySocketOptions) {
    const { socket } = options;
    const ended = Promise.withResolvers<CloseReason>();
    const closed = Promise.withResolvers<void>();
    const lost = () => this.end(closeReasonOf(1006));
    this.ended = ended.promise;
    this.closed = closed.promise;
    this.end = ended.resolve;
    this.#options = options;
    this.#heartbeat = new Heartbeat({
      intervalMs: options.heartbeatMs,
      isInUse: () => options.now() - this.#voiceAtMs < IN_USE_MS,
      line: options.line,
      now: () => options.now(),
      ping: (sentMs) => options.ping(sentMs),
      onDead: lost,
    });
    this.#deadline = setTimeout(lost, CONNECT_DEADLINE_MS);
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => {
      if (!this.#isGivenUp) options.onOpen();
    });
    socket.addEventListener('message', ({ data }) => {
      if (this.#isGivenUp) return;
      if (typeof data !== 'string') this.#voiceAtMs = options.now();
      this.#heartbeat.heard();
      options.onMessage(data);
    });
    // The close that follows says all there is to know; `ws` wants errors to be listened to.
    socket.addEventListener('error', () => {});
    socket.addEventListener('close', ({ code }) => {
      this.end(closeReasonOf(code));
      closed.resolve();
    });
  }

  /** When the relay said that the session is there. */
  get readyAtMs(): number | undefined {
    return this.#readyAtMs;
  }

  /** Whether a ping was answered, so that it works both ways. */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /** How long the answer to a ping has been awaited; 0: none is. */
  get awaitedForMs(): number {
    return this.#heartbeat.awaitedForMs;
  }

  /** Bytes that were handed over and not sent yet. */
  get waitingBytes(): number {
    return this.#options.socket.bufferedAmount;
  }

  /** The session is there: messages may be sent. */
  ready(): void {
    clearTimeout(this.#deadline);
    this.#readyAtMs = this.#options.now();
    this.#heartbeat.start();
  }

  /** A ping was answered. @returns whether it is the one that is awaited */
  answered(sentMs: number): boolean {
    const isAwaited = this.#heartbeat.answered(sentMs);
    this.#hasAnswered ||= isAwaited;
    return isAwaited;
  }

  /** Finds out at once whether it still works. */
  probe(): void {
    if (this.#readyAtMs !== undefined) this.#heartbeat.probe();
  }

  /** Sends if the socket is open. @returns whether it was */
  send(data: string | Uint8Array<ArrayBuffer>): boolean {
    const { socket } = this.#options;
    if (socket.readyState !== socket.OPEN) return false;
    if (typeof data !== 'string') this.#voiceAtMs = this.#options.now();
    socket.send(data);
    return true;
  }

  /** Gives the socket up, and what it may still deliver. */
  close(how: 'hang-up' | 'abandon'): void {
    this.#isGivenUp = true;
    clearTimeout(this.#deadline);
    this.#heartbeat.stop();
    this.#options.socket.close(how === 'hang-up' ? 1000 : ABANDONED);
  }
}
