import { WebSocket } from 'ws';
import type { AudioFrame, ParleyError, RelayEvent, SessionDescription } from '@parley/shared';
import type { FlightRecorder } from '@parley/shared/flight/flight-recorder';
import { ClientError, type ClientErrorCode } from '@parley/shared/link/client-error';
import type { LineChoice, LineState } from '@parley/shared/link/line-state';
import type { OutboundAudio, SequencedEvent } from '@parley/shared/link/outbound';
import type { ConnectionStatus } from '@parley/shared/link/connection-options';
import { RelayConnection } from '@parley/shared/link/relay-connection';
import { SessionApi } from '@parley/shared/link/session-api';
import { SpeechUplink } from '@parley/shared/link/speech-uplink';
import { LibopusEncoder } from './libopus-encoder.ts';

/** No event of the protocol comes near this. */
const MAX_MESSAGE_BYTES = 1024 * 1024;
/** From the first request to the first answered ping. */
const OPEN_DEADLINE_MS = 10_000;
/** How long the closing handshake may take before the socket is destroyed. */
const CLOSE_DEADLINE_MS = 1_000;

export interface ConnectOptions {
  /** Where the server is, e.g. `http://localhost:8787`. */
  readonly url: string;
  /** Bearer token; a new guest signs in if there is none. */
  readonly token?: string | undefined;
  /** What the server asks guests for, if it does. */
  readonly accessCode?: string | undefined;
  readonly voice?: string | undefined;
  /** BCP 47; the server's own if it is absent. */
  readonly language?: string | undefined;
  /** IANA time zone; the server's default if it is absent. */
  readonly timeZone?: string | undefined;
  /** How speech is sent; PCM16 if it is absent. */
  readonly line?: LineChoice | undefined;
  /** Whether the network is paid by the byte: no second socket is opened. */
  readonly savesData?: boolean | undefined;
  /** What is to record the call. */
  readonly recorder?: FlightRecorder | undefined;
  /** A WebSocket in the place of the usual one. */
  readonly WebSocket?: typeof BoundedWebSocket;
  /** Aborting ends the session at any time. */
  readonly signal: AbortSignal;
}

/** Why a session could not be had, or did not go on. */
export type CallFailure = ClientError | ParleyError;

/** `receivedMs` is on this process's own clock, `performance.now()`. */
export interface ConnectionListener {
  readonly event?: (event: RelayEvent, receivedMs: number) => void;
  readonly audio?: (frame: AudioFrame, receivedMs: number) => void;
  /** @param error undefined if this side ended the session */
  readonly closed?: (error: CallFailure | undefined) => void;
}

/**
 * Signs in, opens a session and waits until it is there and the clocks agree.
 *
 * @throws ClientError or ParleyError with what went wrong; the signal's reason when aborted
 */
export async function connect(options: ConnectOptions): Promise<Connection> {
  options.signal.throwIfAborted();
  const connection = new Connection(options);
  await connection.opened;
  return connection;
}

/**
 * One session of the terminal client. A lost connection is resumed; unlike a page, this client
 * does not go on in a new session, for its turns would be in neither.
 */
export class Connection {
  /** Settles once: when the session is open, or when it is clear that it will not be. */
  readonly opened: Promise<void>;
  readonly #link: RelayConnection;
  readonly #uplink: SpeechUplink;
  readonly #running: Promise<void>;
  readonly #listeners = new Set<ConnectionListener>();
  readonly #signal: AbortSignal;
  readonly #settleOpened: (error?: Error) => void;
  #session: SessionDescription | undefined;
  /** What to report instead of the close code, if this side knows better. */
  #failure: CallFailure | undefined;
  #isHangingUp = false;
  #isClosed = false;

  constructor(options: ConnectOptions) {
    const { url, token, accessCode, voice, language, timeZone, recorder, signal } = options;
    const { line: choice = 'pcm16', savesData: saveData } = options;
    const opened = Promise.withResolvers<void>();
    this.opened = opened.promise;
    const deadline = setTimeout(() => {
      const message = `The server at ${url} took too long to open the session.`;
      this.#failure ??= new ClientError('timed_out', message);
      this.#link.close();
    }, OPEN_DEADLINE_MS);
    this.#settleOpened = (error) => {
      clearTimeout(deadline);
      if (error === undefined) opened.resolve();
      else opened.reject(error);
    };
    this.#signal = signal;
    this.#link = new RelayConnection({
      api: new SessionApi({
        ...{ baseUrl: url, fetch, token, accessCode },
        ...{ replacesToken: false, requiresChoices: true },
      }),
      request: () => ({ voice, language, timeZone }),
      replacesSession: false,
      WebSocket: options.WebSocket ?? BoundedWebSocket,
      random: Math.random,
      line: {
        choice: () => choice,
        hints: () => ({ saveData }),
        hasEncoder: () => !this.#uplink.isBroken,
      },
      now: () => performance.now(),
      onStatus: (status) => {
        recorder?.connection(performance.now(), status);
        this.#onStatus(status);
      },
      onTraffic: (direction, data) => recorder?.traffic(performance.now(), direction, data),
      onEvent: (event) => this.#onEvent(event),
      onAudio: (frame) => {
        const receivedMs = performance.now();
        for (const listener of this.#listeners) listener.audio?.(frame, receivedMs);
      },
      onProblem: (problem) => {
        this.#failure ??= problem;
      },
      onMalformed: (fault) => {
        const message = `The server sent something that is not in the protocol: ${fault}`;
        this.#failure ??= new ClientError('unreadable_answer', message);
        this.#link.close();
      },
    });
    this.#uplink = new SpeechUplink({
      send: (message) => this.#link.send(message),
      codec: () => this.#link.line.codec,
      encoder: () => new LibopusEncoder(),
      onStopped: () => {
        this.#failure ??= new ClientError('encoder_failed', 'The speech could not be encoded.');
        this.#link.close();
      },
    });
    signal.addEventListener('abort', this.#hangUp);
    this.#running = this.#link.run();
  }

  /** What the relay said of the session. @throws Error if it is not open */
  get session(): SessionDescription {
    if (this.#session === undefined) throw this.#ended();
    return this.#session;
  }

  /** What is known of the way to the server. */
  get line(): LineState {
    return this.#link.line;
  }

  /** @returns what takes the listener off again */
  listen(listener: ConnectionListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @param ownMs an instant of `performance.now()` */
  toSessionMs(ownMs: number): number {
    return this.#link.clock.toSessionMs(ownMs);
  }

  /** Instants in events are those of `performance.now()`. @throws Error if the session is over */
  send(event: SequencedEvent): void {
    if (this.#isClosed) throw this.#ended();
    this.#uplink.send({ kind: 'event', event });
  }

  /** @param startMs when the speech began, on `performance.now()` @throws as `send` */
  speechStarted(utterance: number, startMs: number): void {
    this.send({ type: 'input_audio_buffer.speech_started', utterance, audio_start_ms: startMs });
  }

  /** @param endMs when the speech ended, on `performance.now()` @throws as `send` */
  speechStopped(utterance: number, endMs: number): void {
    this.send({
      type: 'input_audio_buffer.speech_stopped',
      utterance,
      audio_end_ms: endMs,
      sent_ms: performance.now(),
    });
  }

  /** @throws Error if the session is over */
  sendAudio(audio: Omit<OutboundAudio, 'kind'>): void {
    if (this.#isClosed) throw this.#ended();
    this.#uplink.send({ kind: 'audio', ...audio });
  }

  /** There may be a network again. */
  retryNow(): void {
    this.#link.retryNow();
  }

  /** Ends the session; resolves when the socket is closed, within about a second. */
  async close(): Promise<void> {
    this.#hangUp();
    await this.#running;
  }

  readonly #hangUp = (): void => {
    this.#isHangingUp = true;
    this.#link.close();
  };

  #onStatus(status: ConnectionStatus): void {
    if (status.kind !== 'closed') return;
    this.#isClosed = true;
    this.#uplink.close();
    this.#signal.removeEventListener('abort', this.#hangUp);
    if (!this.#isHangingUp) {
      const { reason, message } = status.reason;
      this.#failure ??= new ClientError(reason as ClientErrorCode, message);
    }
    this.#settleOpened(this.#ended());
    for (const listener of this.#listeners) listener.closed?.(this.#failure);
    this.#listeners.clear();
  }

  #onEvent(event: RelayEvent): void {
    const receivedMs = performance.now();
    if ('session' in event) this.#session = event.session;
    // The first round trip is over: from here on the session clock is known.
    if (event.type === 'pong') this.#settleOpened();
    for (const listener of this.#listeners) listener.event?.(event, receivedMs);
  }

  #ended(): Error {
    if (this.#signal.aborted) return this.#signal.reason as Error;
    return this.#failure ?? new ClientError('connection_lost', 'The connection is closed.');
  }
}

/** A WebSocket with bounds on what it takes and on how long it takes to close. */
export class BoundedWebSocket extends WebSocket {
  constructor(url: string, protocols: string[]) {
    // The library offers deflate by default; speech does not compress.
    super(url, protocols, { perMessageDeflate: false, maxPayload: MAX_MESSAGE_BYTES });
  }

  override close(code?: number): void {
    super.close(code);
    if (this.readyState === WebSocket.CLOSED) return;
    const deadline = setTimeout(() => this.terminate(), CLOSE_DEADLINE_MS);
    this.once('close', () => clearTimeout(deadline));
  }
}
