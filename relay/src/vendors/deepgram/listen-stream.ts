import type { TranscriptEvent } from '../../stages/transcriber.ts';
import type { ProviderError } from '../../stages/provider-error.ts';
import type { SocketLease, SocketPool } from '../../vendor-kit/transport/socket-pool.ts';
import { TranscriptEvents } from './transcript-events.ts';

/** More than this waiting to be sent, eight seconds of audio and then some, and the line is dead. */
const MAX_BUFFERED_BYTES = 1_000_000;

export interface ListenStreamOptions {
  readonly lease: SocketLease;
  readonly signal: AbortSignal;
  /** Samples per second of what is sent. */
  readonly rateHz: number;
  /** What it throws fails the stream. */
  onMessage(message: string): void;
  /** The vendor has hung up; what is not told to be done by then has failed. */
  onClosed?(error: ProviderError): void;
  /** The stream is over, for whatever reason. */
  onOver?(): void;
}

/** The use of one socket for one utterance: who holds it, and how it ends. Exactly once. */
export class ListenStream {
  readonly events: TranscriptEvents;
  readonly #options: ListenStreamOptions;
  #pushedSamples = 0;
  #isOver = false;

  constructor(options: ListenStreamOptions) {
    this.#options = options;
    const { lease, signal } = options;
    this.events = new TranscriptEvents(() => this.#release('discard'));
    lease.socket.listen({
      text: (message) => options.onMessage(message),
      closed: (error) => {
        options.onClosed?.(error);
        this.fail(error);
      },
    });
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** How much audio has been sent. */
  get pushedSeconds(): number {
    return this.#pushedSamples / this.#options.rateHz;
  }

  push(samples: Int16Array): void {
    if (this.#isOver || samples.length === 0) return;
    const { socket } = this.#options.lease;
    if (socket.bufferedBytes > MAX_BUFFERED_BYTES) {
      this.fail(socket.failure('overloaded', { note: 'send buffer' }));
      return;
    }
    this.#pushedSamples += samples.length;
    socket.sendAudio(samples);
  }

  say(message: object): void {
    if (!this.#isOver) this.#options.lease.socket.sendText(message);
  }

  tell(event: TranscriptEvent): void {
    this.events.put(event);
  }

  /** @param end - whether the socket is as good as new */
  done(text: string, end: 'give-back' | 'discard'): void {
    if (this.#isOver) return;
    this.events.put({ type: 'transcript-final', text, unrecognised: false });
    this.events.end();
    this.#release(end);
  }

  fail(error: ProviderError): void {
    if (this.#isOver) return;
    this.events.fail(error);
    this.#release('discard');
  }

  readonly #onAbort = (): void => {
    this.events.abort();
    this.#release('discard');
  };

  #release(end: 'give-back' | 'discard'): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { lease, signal, onOver } = this.#options;
    signal.removeEventListener('abort', this.#onAbort);
    onOver?.();
    if (end === 'give-back') lease.giveBack();
    else lease.discard();
  }
}

/** A socket for one utterance. @throws whatever opening throws; the signal's reason when aborted */
export async function acquireFor(
  pool: SocketPool,
  key: string,
  signal: AbortSignal,
): Promise<SocketLease> {
  const lease = await pool.acquire(key, signal);
  if (!signal.aborted) return lease;
  lease.discard();
  throw signal.reason;
}

/** Joins what was recognised piece by piece. @param language - BCP 47 */
export function joinWords(pieces: readonly string[], language: string): string {
  // Languages written without spaces between words.
  const separator = /^(ja|zh|th)\b/i.test(language) ? '' : ' ';
  return pieces.filter((piece) => piece !== '').join(separator);
}
