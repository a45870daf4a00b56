import type { Stage } from '@parley/shared';
import type { IncomingMessage } from 'node:http';
import { WebSocket, type RawData } from 'ws';
import type { Clock } from '../../../base/lib/clock.ts';
import { Cork } from '../../../base/lib/cork.ts';
import { afterDeadline } from '../../../base/lib/deadline.ts';
import { isOutOfDescriptors } from '../../../base/lib/descriptors.ts';
import {
  outsideBoundaries,
  presentBoundary,
  traceHeaders,
  within,
  type ErrorBoundary,
} from '../../../base/lib/error-boundary.ts';
import {
  faultOfStatus,
  ProviderError,
  retryAfterMs,
  type ProviderErrorOptions,
  type ProviderFault,
} from '../../../call/stages/provider-error.ts';
import { noteOfNetwork, noteOfRefusal } from '../http-client/failure-note.ts';

/**
 * Codes for what was sent, as OpenAI, Deepgram and ElevenLabs name it: audio that cannot be decoded,
 * a text that is too long, no audio for long, utterances in too quick a row. The next utterance or
 * text may be accepted.
 */
const OWN_FAULTS =
  /^(invalid_request(_error)?|invalid_value|input_error|chunk_size_exceeded|UNPARSABLE_CLIENT_MESSAGE|DATA-\d+|NET-0001|commit_throttled|insufficient_audio_activity|input_timeout_exceeded|unsupported_language|\w*too_(long|large|short)\w*|\w*content_policy\w*)$/;
/** Close codes for what was sent: of a kind, form or size that is not taken, or against the rules. */
const OWN_CLOSE_CODES: ReadonlySet<number> = new Set([1003, 1007, 1008, 1009]);
/** No message of any vendor comes near this. */
const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;
/** How long the close handshake may take before the connection is cut. */
const CLOSE_DEADLINE_MS = 1_000;

export interface VendorSocketOptions {
  readonly provider: string;
  readonly stage: Stage;
  /** `ws:` or `wss:`. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly subprotocols?: readonly string[];
  readonly connectMs: number;
  readonly clock: Clock;
  /** Aborting before it is open gives up; afterwards the socket is its holder's to close. */
  readonly signal: AbortSignal;
}

/**
 * The present user of a socket. An error it throws ends the connection: `closed` gets a
 * `ProviderError` as it is, anything else as `malformed`.
 */
export interface SocketListener {
  readonly text?: (message: string) => void;
  readonly binary?: (bytes: Uint8Array) => void;
  /** The connection is gone: the last call. Not called for a close of our own. */
  readonly closed?: (error: ProviderError) => void;
}

/**
 * Opens a WebSocket to a vendor.
 *
 * @throws ProviderError; the signal's reason when aborted
 */
export async function openVendorSocket(options: VendorSocketOptions): Promise<VendorSocket> {
  const { signal, clock, connectMs } = options;
  signal.throwIfAborted();
  // Of the session that needs it first: a handshake is all that takes headers.
  const headers = { ...traceHeaders(), ...options.headers };
  // Its next user may be another session than the one that needed it first.
  const socket = outsideBoundaries(
    () =>
      new WebSocket(options.url, [...(options.subprotocols ?? [])], {
        headers,
        // Offered, a vendor would accept it, and each chunk would cost four times the CPU.
        perMessageDeflate: false,
        maxPayload: MAX_MESSAGE_BYTES,
        skipUTF8Validation: true,
      }),
  );
  const { promise, resolve, reject } = Promise.withResolvers<VendorSocket>();
  const fail = (
    fault: ProviderFault,
    more: Omit<ProviderErrorOptions, 'provider' | 'stage' | 'fault'> = {},
  ) => reject(new ProviderError({ ...options, fault, ...more }));
  const onAbort = () => reject(signal.reason);
  const onRefused = (request: { destroy(): void }, response: IncomingMessage) => {
    const status = response.statusCode ?? 0;
    const waitMs = retryAfterMs(response.headers['retry-after']);
    // Of a person's there is only the choice of language and voice, which may be refused as such.
    const note = noteOfRefusal(status, '');
    fail(faultOfStatus(status), { status, retryAfterMs: waitMs, note });
    request.destroy();
  };
  const onError = (error: unknown) =>
    isOutOfDescriptors()
      ? fail('out-of-descriptors')
      : fail('unreachable', { note: noteOfNetwork(error) });
  let cork: Cork;
  const onUpgrade = (response: IncomingMessage) => (cork = new Cork(response.socket));
  const onOpen = () => resolve(new VendorSocket(socket, options, cork!));
  const cancelTimer = afterDeadline(clock, connectMs, () => fail('timeout'));
  signal.addEventListener('abort', onAbort, { once: true });
  socket.once('upgrade', onUpgrade);
  socket.once('open', onOpen);
  socket.once('unexpected-response', onRefused);
  socket.on('error', onError);
  socket.once('close', onError);
  try {
    return await promise;
  } catch (error) {
    socket.terminate();
    throw error;
  } finally {
    cancelTimer();
    signal.removeEventListener('abort', onAbort);
    socket.off('upgrade', onUpgrade);
    socket.off('open', onOpen);
    socket.off('close', onError);
    // `error` keeps a listener: one that comes late must not end the process.
  }
}

/**
 * An open WebSocket to a vendor; its holder closes it.
 *
 * Nothing is read before there is a listener, so a vendor may send in the same packet in which it
 * accepts the connection.
 */
export class VendorSocket {
  readonly #socket: WebSocket;
  readonly #options: VendorSocketOptions;
  readonly #cork: Cork;
  readonly openedAtMs: number;
  #listener: SocketListener = {};
  /** The listener's boundary: an error of its `closed` is not the fault of other users. */
  #boundary: ErrorBoundary | undefined;
  #isOver = false;
  #isReading = false;
  #isCorked = false;

  constructor(socket: WebSocket, options: VendorSocketOptions, cork: Cork) {
    this.#socket = socket;
    this.#cork = cork;
    this.#options = options;
    this.openedAtMs = options.clock.now();
    socket.on('message', (data: RawData, isBinary) => this.#receive(data as Buffer, isBinary));
    socket.once('close', (status) => this.#closed(status));
    socket.pause();
  }

  get isOpen(): boolean {
    return !this.#isOver && this.#socket.readyState === WebSocket.OPEN;
  }

  /** Bytes that wait to be sent. */
  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  /** Replaces the listener before. @returns its undoing */
  listen(listener: SocketListener): () => void {
    this.#listener = listener;
    this.#boundary = presentBoundary();
    if (!this.#isReading) {
      this.#isReading = true;
      this.#socket.resume();
    }
    return () => {
      if (this.#listener === listener) this.#listener = {};
    };
  }

  /** Stops reading, so that the vendor's own sending stalls. Data read already still comes. */
  pause(): void {
    if (this.isOpen) this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Text as it is, JSON for objects. After the connection has closed it is lost, as `closed` says. */
  sendText(message: string | object): void {
    if (!this.isOpen) return;
    this.#socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    if (!this.#isCorked) this.#cork.release();
  }

  /** What is sent in `action` leaves in one go when that ends: text and flush, for example. */
  corked(action: () => void): void {
    this.#cork.hold();
    this.#isCorked = true;
    try {
      action();
    } finally {
      this.#isCorked = false;
      this.#cork.release();
    }
  }

  /** PCM16, or a packet. The memory may be used again at once: masking copies it into the frame. */
  sendAudio(audio: Int16Array | Uint8Array): void {
    if (!this.isOpen) return;
    // Minutes of it may come at once, and what waits here counts as not taken by the vendor.
    this.#cork.release();
    this.#socket.send(audio);
  }

  /**
   * Resolves with whether the other side answered a ping in time, or said anything at all. While
   * reading is paused this cannot be known, and it counts as alive.
   */
  async isAlive(deadlineMs: number): Promise<boolean> {
    if (!this.isOpen) return false;
    return new Promise((resolve) => {
      const done = (alive: boolean) => {
        cancel();
        this.#socket.off('pong', onSign);
        this.#socket.off('message', onSign);
        this.#socket.off('close', onClose);
        resolve(alive);
      };
      const onSign = () => done(true);
      const onClose = () => done(false);
      const onDeadline = () => done(this.#socket.isPaused);
      const cancel = afterDeadline(this.#options.clock, deadlineMs, onDeadline);
      this.#socket.once('pong', onSign);
      this.#socket.once('message', onSign);
      this.#socket.once('close', onClose);
      // As a rule a message follows in the same run, and takes it along.
      this.#cork.hold();
      this.#socket.ping();
    });
  }

  /** Closes in order, and cuts the connection if that is not answered. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#listener = {};
    const cancel = this.#options.clock.after(CLOSE_DEADLINE_MS, () => this.#socket.terminate());
    this.#socket.once('close', cancel);
    this.#socket.resume();
    this.#socket.close(1000);
  }

  /** Cuts the connection at once; a close frame is sent, but its answer is not waited for. */
  terminate(): void {
    this.#isOver = true;
    this.#listener = {};
    this.#cut();
  }

  /** Cuts the connection and gives the listener the reason, as though the network had failed. */
  fail(error: ProviderError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cut();
    this.#lost(error);
  }

  /** A failure of this connection's provider. */
  failure(
    fault: ProviderFault,
    more: { status?: number | undefined; note?: string } = {},
  ): ProviderError {
    const { provider, stage } = this.#options;
    const isOwnClose = fault === 'closed' && OWN_CLOSE_CODES.has(more.status ?? 0);
    const isRequestsOwn = isOwnClose || OWN_FAULTS.test(more.note ?? '') || undefined;
    return new ProviderError({ provider, stage, fault, isRequestsOwn, ...more });
  }

  #cut(): void {
    this.#cork.release();
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.close(1000);
    this.#socket.terminate();
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (this.#isOver) return;
    try {
      if (isBinary) this.#listener.binary?.(data);
      else this.#listener.text?.(data.toString('utf8'));
    } catch (error) {
      this.fail(error instanceof ProviderError ? error : this.failure('malformed'));
    }
  }

  #closed(status: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#lost(this.failure('closed', { status }));
  }

  #lost(error: ProviderError): void {
    const { closed } = this.#listener;
    this.#listener = {};
    if (this.#boundary === undefined) closed?.(error);
    else within(this.#boundary, () => closed?.(error));
  }
}
