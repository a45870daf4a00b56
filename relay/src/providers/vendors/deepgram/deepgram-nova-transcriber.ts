import { UPLINK_SAMPLE_RATE_HZ, type AudioCodec } from '@parley/shared';
import type { OpusAudio } from '@parley/shared/audio/opus-packet';
import type { Clock } from '../../../base/lib/clock.ts';
import { afterDeadline } from '../../../base/lib/deadline.ts';
import type { Transcriber, Transcription } from '../../../call/stages/transcriber/transcriber.ts';
import { joinWords } from '../../vendor-kit/transcription/transcript-queue.ts';
import {
  createSocketTranscriber,
  type UtteranceOptions,
} from '../../vendor-kit/transcription/socket-transcriber.ts';
import { SocketUtterance } from '../../vendor-kit/transcription/socket-utterance.ts';
import type { SocketLease } from '../../vendor-kit/websocket/socket-pool.ts';
import type { VendorSocket } from '../../vendor-kit/websocket/vendor-socket.ts';
import type { Owned } from '../../../call/stages/provider.ts';
import type { ProviderContext } from '../../vendor-kit/vendor.ts';
import { isNormalClose, readNova, type NovaResults } from './deepgram-events.ts';
import { novaLanguages } from './deepgram-languages.ts';
import {
  deepgramAddress,
  encodingOf,
  openListening,
  type DeepgramAccess,
} from './deepgram-socket.ts';

export const NOVA = 'deepgram-nova';

const MAX_AGE_MS = 30 * 60_000;
/** The vendor hangs up after 10 s without audio or this, and advises one every 3 to 5 s. */
const KEEP_ALIVE_MS = 4_000;
/** `Finalize` need not be answered if little was left to say; then the stream is closed. */
const FINALIZE_ANSWER_MS = 500;
/** Positions are rounded by the vendor; less than the shortest sound of a word. */
const ROUNDING_SECONDS = 0.02;

export interface NovaOptions extends DeepgramAccess {
  readonly model: string;
}

/**
 * Deepgram Nova: streaming recognition without an opinion on turns.
 *
 * `Finalize` brings the last words at once and leaves the connection open for the next utterance.
 */
export function createNovaTranscriber(
  options: NovaOptions,
  context: ProviderContext,
): Owned<Transcriber> {
  // Positions count from the beginning of the connection, over all its utterances.
  const usedSeconds = new WeakMap<VendorSocket, number>();
  return createSocketTranscriber({
    name: NOVA,
    languages: novaLanguages(options.model),
    context,
    pool: {
      keepAlive: {
        everyMs: KEEP_ALIVE_MS,
        send: (socket) => socket.sendText({ type: 'KeepAlive' }),
      },
      maxAgeMs: MAX_AGE_MS,
      isReused: true,
    },
    takesOpus: true,
    connect: (language, signal, codec) =>
      openListening(NOVA, novaAddress(options, language, codec), context, signal),
    begin: (lease, utterance) =>
      new NovaTranscription(lease, utterance, context.clock, usedSeconds),
    modelFor: () => options.model,
  });
}

/** @param language - BCP 47 */
export function novaAddress(
  { model, ...access }: NovaOptions,
  language: string,
  codec: AudioCodec = 'pcm16',
) {
  return deepgramAddress(access, '/v1/listen', {
    model,
    language,
    ...encodingOf(codec),
    channels: 1,
    interim_results: true,
    smart_format: true,
    endpointing: 300,
  });
}

class NovaTranscription implements Transcription {
  readonly #utterance: SocketUtterance;
  readonly #socket: VendorSocket;
  readonly #clock: Clock;
  readonly #language: string;
  readonly #startSeconds: number;
  readonly #final: string[] = [];
  #lastPartial = '';
  #finalSeconds: number;
  #phase: 'listening' | 'finalizing' | 'closing' = 'listening';
  #cancelTimer = (): void => {};

  constructor(
    lease: SocketLease,
    { signal, language, onSent }: UtteranceOptions,
    clock: Clock,
    usedSeconds: WeakMap<VendorSocket, number>,
  ) {
    this.#socket = lease.socket;
    this.#language = language;
    this.#clock = clock;
    this.#startSeconds = usedSeconds.get(lease.socket) ?? 0;
    this.#finalSeconds = this.#startSeconds;
    this.#utterance = new SocketUtterance({
      lease,
      signal,
      rateHz: UPLINK_SAMPLE_RATE_HZ,
      onSent,
      onMessage: (message) => {
        const heard = readNova(message);
        if (heard.type === 'error') throw this.#socket.failure(heard.fault, { note: heard.note });
        if (heard.type === 'metadata' && this.#phase === 'closing') this.#finish();
        if (heard.type === 'results') this.#hear(heard);
      },
      onClosed: (error) => {
        if (this.#phase === 'closing' && isNormalClose(error)) this.#finish();
      },
      onOver: () => {
        this.#cancelTimer();
        usedSeconds.set(this.#socket, this.#endSeconds);
      },
    });
  }

  get events(): Transcription['events'] {
    return this.#utterance.events;
  }

  push(samples: Int16Array): void {
    if (this.#phase === 'listening') this.#utterance.sendAudio(samples);
  }

  pushOpus(audio: OpusAudio): void {
    if (this.#phase === 'listening') this.#utterance.sendOpus(audio);
  }

  finalize(): void {
    if (this.#phase !== 'listening' || this.#utterance.isOver) return;
    this.#phase = 'finalizing';
    if (this.#isComplete) {
      this.#finish();
      return;
    }
    this.#utterance.sendText({ type: 'Finalize' });
    this.#cancelTimer = afterDeadline(this.#clock, FINALIZE_ANSWER_MS, () => {
      this.#phase = 'closing';
      this.#utterance.sendText({ type: 'CloseStream' });
    });
  }

  /** The end of this utterance so far, in the connection's audio. */
  get #endSeconds(): number {
    return this.#startSeconds + this.#utterance.sentSamples / UPLINK_SAMPLE_RATE_HZ;
  }

  get #isComplete(): boolean {
    return this.#finalSeconds >= this.#endSeconds - ROUNDING_SECONDS;
  }

  #hear(results: NovaResults): void {
    // A late answer about the utterance before: its audio ended at the start of this one's.
    if (results.endSeconds <= this.#startSeconds + ROUNDING_SECONDS) return;
    // The utterance before may be another person's: words that reach back into it are never shown.
    if (results.startSeconds < this.#startSeconds - ROUNDING_SECONDS)
      throw this.#socket.failure('malformed', { note: 'overlap' });
    if (results.isFinal) {
      this.#final.push(results.text);
      this.#finalSeconds = Math.max(this.#finalSeconds, results.endSeconds);
    }
    const isLast = results.isFromFinalize || this.#isComplete;
    if (this.#phase !== 'listening' && isLast) {
      this.#finish();
      return;
    }
    const text = joinWords(
      results.isFinal ? this.#final : [...this.#final, results.text],
      this.#language,
    );
    if (text === '' || text === this.#lastPartial) return;
    this.#lastPartial = text;
    this.#utterance.emit({ type: 'transcript-partial', text });
  }

  #finish(): void {
    const text = joinWords(this.#final, this.#language);
    // A stream that was asked to close may still give its answer, but takes no other utterance. One
    // that has not accounted for all audio takes none either: the rest would come up in the next.
    const isReusable = this.#phase === 'finalizing' && this.#isComplete;
    this.#utterance.finish(text, { isReusable });
  }
}
