import type { OpusAudio } from '@parley/shared/audio/opus-packet';
import type { ProviderError } from '../../../call/stages/provider-error.ts';
import type { TranscriptEvent } from '../../../call/stages/transcriber/transcriber.ts';
import type { SocketLease } from '../websocket/socket-pool.ts';
import type { VendorSocket } from '../websocket/vendor-socket.ts';
import { TranscriptQueue, type TranscriptEnd } from './transcript-queue.ts';

/**
 * With more than this waiting to be sent the connection counts as dead. A whole utterance of a
 * minute, pushed at once after a failover, is 3.8 MB in the widest encoding.
 */
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;

export interface SocketUtteranceOptions {
  readonly lease: SocketLease;
  readonly signal: AbortSignal;
  /** Of the samples as they are sent. */
  readonly rateHz: number;
  /** Called once, at the end, if any audio was sent. @param audioMs - a whole number */
  readonly onSent: (audioMs: number) => void;
  /** Audio as the vendor's text message; without it, samples are sent as they are. */
  readonly encode?: (samples: Int16Array) => string;
  /** An error it throws fails the utterance. */
  onMessage(message: string): void;
  /** The vendor has closed the connection: an utterance that is not finished here has failed. */
  onClosed?(error: ProviderError): void;
  /** Called once, at the end, before the socket is released. */
  onOver?(): void;
}

/** One utterance over a leased socket, which is released exactly once. */
export class SocketUtterance {
  readonly #events: TranscriptQueue;
  readonly #options: SocketUtteranceOptions;
  // For the hot path: with many speakers each object that the audio passes is one more that has
  // to be fetched from memory.
  readonly #socket: VendorSocket;
  readonly #encode: SocketUtteranceOptions['encode'];
  readonly #samplesPerMs: number;
  #isOver = false;
  #sentSamples = 0;
  #isReusable = false;

  constructor(options: SocketUtteranceOptions) {
    this.#options = options;
    this.#socket = options.lease.socket;
    this.#encode = options.encode;
    this.#samplesPerMs = options.rateHz / 1_000;
    this.#socket.listen({
      text: (message) => options.onMessage(message),
      closed: (error) => {
        options.onClosed?.(error);
        this.fail(error);
      },
    });
    this.#events = new TranscriptQueue(options.signal, (end) => this.#release(end));
  }

  get events(): AsyncIterable<TranscriptEvent> {
    return this.#events;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get sentSamples(): number {
    return this.#sentSamples;
  }

  sendAudio(samples: Int16Array): void {
    if (samples.length === 0 || !this.#takes()) return;
    this.#sentSamples += samples.length;
    if (this.#encode === undefined) this.#socket.sendAudio(samples);
    else this.#socket.sendText(this.#encode(samples));
  }

  /** A packet is a message of its own; what counts as sent is the samples that it lasts for. */
  sendOpus({ packet, durationMs }: OpusAudio): void {
    if (!this.#takes()) return;
    this.#sentSamples += durationMs * this.#samplesPerMs;
    this.#socket.sendAudio(packet);
  }

  /** @param samples - of audio in it, which counts as sent */
  sendText(message: string | object, samples = 0): void {
    if (this.#isOver) return;
    this.#sentSamples += samples;
    this.#socket.sendText(message);
  }

  /** Any event but the last. */
  emit(event: TranscriptEvent): void {
    this.#events.push(event);
  }

  /** @param end.isReusable - whether the socket is as good as new for the next utterance */
  finish(
    text: string,
    end: { readonly isReusable: boolean; readonly unrecognised?: boolean },
  ): void {
    if (this.#isOver) return;
    this.#isReusable = end.isReusable;
    this.#events.final(text, end.unrecognised);
  }

  fail(error: ProviderError): void {
    this.#events.fail(error);
  }

  /** Fails the utterance if too much waits already. */
  #takes(): boolean {
    const isFull = !this.#isOver && this.#socket.bufferedBytes > MAX_BUFFERED_BYTES;
    if (isFull) this.fail(this.#socket.failure('overloaded', { note: 'send buffer' }));
    return !this.#isOver && !isFull;
  }

  #release(end: TranscriptEnd): void {
    const { lease, rateHz, onSent, onOver } = this.#options;
    this.#isOver = true;
    onOver?.();
    if (this.#sentSamples > 0) onSent(Math.ceil((this.#sentSamples * 1_000) / rateHz));
    // When it was abandoned the vendor may still speak of audio that it has heard.
    const isUnused = end === 'abandoned' && this.#sentSamples === 0;
    if (this.#isReusable || isUnused) lease.giveBack();
    else lease.discard();
  }
}
