import { SPEECH_SAMPLES_PER_MS } from '@parley/shared/audio/pcm16';
import { ParleyError } from '@parley/shared';
import {
  mayBeVoiced,
  recogniserThreads,
  type RecogniserAnswer,
  type RecogniserRequest,
  type SpeechGrammar,
} from '@parley/recogniser';
import { AsyncQueue } from '../../base/lib/async-queue.ts';
import { systemClock } from '../../base/lib/clock.ts';
import { WorkerPool, type WorkerLease } from '../../base/lib/worker-pool.ts';
import type {
  Transcriber,
  Transcription,
  TranscriptionOptions,
} from '../../call/stages/transcriber/transcriber.ts';
import { TranscriptQueue } from '../vendor-kit/transcription/transcript-queue.ts';

/** How much silence waits before it is decoded like anything else. */
const MAX_SILENT_SAMPLES = 30_000 * SPEECH_SAMPLES_PER_MS;
/** Pieces of audio that may wait for a recogniser: a minute in chunks of 100 ms. */
const MAX_WAITING_PIECES = 600;
/** Utterances that may wait for a recogniser. */
const MAX_WAITING = 64;

export type RecogniserLease = WorkerLease<RecogniserRequest, RecogniserAnswer>;

export interface EmbeddedTranscriberOptions {
  readonly grammar: SpeechGrammar;
  /** How words fit the grammar's phrases. */
  readonly phraseState?: Transcriber['phraseState'];
  /** Writes the words of the grammar, which are all small, as people do; `isWhole`: see `asWritten`. */
  readonly writtenAs?: (words: string, isWhole: boolean) => string;
  /** Recognisers, each in a thread of its own, which hears one utterance at a time. */
  readonly maxWorkers?: number;
  /** The longest that an utterance which has ended waits for a recogniser. */
  readonly waitMs?: number;
  /** The longest a recogniser may take to start. */
  readonly startMs?: number;
  /** The longest a recogniser may take for a piece of audio. */
  readonly answerMs?: number;
  /** A recogniser ends after this long without work; if absent, none does. */
  readonly idleMs?: number;
}

export interface EmbeddedTranscriber extends Transcriber, AsyncDisposable {
  /** Starts `count` recognisers. @throws ParleyError whose cause says what is wrong with the grammar */
  warm(count: number): Promise<void>;
}

/**
 * Recognises American English within a closed grammar, in threads of this process, without keys
 * or network. Other speech comes out as `unrecognised`.
 */
export function createEmbeddedTranscriber(
  options: EmbeddedTranscriberOptions,
): EmbeddedTranscriber {
  const { grammar, writtenAs, phraseState } = options;
  const { maxWorkers = 4, waitMs = 2_000, startMs = 30_000, answerMs = 10_000, idleMs } = options;
  const pool = new WorkerPool<RecogniserRequest, RecogniserAnswer>({
    spawn: recogniserThreads(grammar),
    ...{ maxWorkers, waitMs, startMs, answerMs },
    ...(idleMs !== undefined && { idleMs }),
    failure: 'transcriber_failed',
    clock: systemClock,
  });
  const acquire: Acquire = (signal, since) => pool.acquire(signal, since);
  return {
    name: 'embedded',
    languages: ['en'],
    phraseState,
    // Async, so that what it throws is a rejection.
    async open(utterance) {
      utterance.signal.throwIfAborted();
      if (pool.waiting >= MAX_WAITING) throw new ParleyError('capacity_exhausted');
      return new EmbeddedTranscription(acquire, utterance, writtenAs);
    },
    probe: (signal) => pool.probe({ type: 'discard' }, signal),
    prepare: () => pool.prepare(),
    waiting: () => pool.waiting,
    warm: (count) => pool.warm(count),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

/** Waits for a recogniser; the wait has a limit once `since` settles. */
type Acquire = (signal: AbortSignal, since: Promise<void>) => Promise<RecogniserLease>;

/** One utterance. Takes a recogniser for itself once something in it could be a voice. */
export class EmbeddedTranscription implements Transcription {
  readonly events: TranscriptQueue;
  readonly #acquire: Acquire;
  readonly #options: Pick<TranscriptionOptions, 'mayInterrupt' | 'onUsed'>;
  readonly #writtenAs: (words: string, isWhole: boolean) => string;
  readonly #over = new AbortController();
  readonly #ended = Promise.withResolvers<void>();
  readonly #audio = new AsyncQueue<Int16Array>(MAX_WAITING_PIECES);
  #samples = 0;
  #isEnded = false;
  #isDecoded = false;
  #lastPartial = '';

  constructor(
    acquire: Acquire,
    options: Pick<TranscriptionOptions, 'signal' | 'mayInterrupt' | 'onUsed'>,
    writtenAs: (words: string, isWhole: boolean) => string = (words) => words,
  ) {
    this.#acquire = acquire;
    this.#options = options;
    this.#writtenAs = writtenAs;
    this.events = new TranscriptQueue(options.signal, () => this.#release());
  }

  push(samples: Int16Array): void {
    if (this.events.isOver || this.#isEnded || samples.length === 0) return;
    if (!this.#audio.push(samples)) {
      const cause = new Error('More than a minute of audio waits.');
      return this.events.fail(new ParleyError('transcriber_failed', { cause }));
    }
    this.#samples += samples.length;
    // Until then a recogniser would hear nothing.
    const isAudible = mayBeVoiced(samples) || this.#samples > MAX_SILENT_SAMPLES;
    if (isAudible && !this.#isDecoded) void this.#decode();
  }

  finalize(): void {
    this.#isEnded = true;
    this.#audio.close();
    this.#ended.resolve();
    if (!this.#isDecoded) this.events.final('');
  }

  async #decode(): Promise<void> {
    this.#isDecoded = true;
    try {
      const lease = await this.#acquire(this.#over.signal, this.#ended.promise);
      try {
        await this.#hear(lease);
      } finally {
        // Leaves it between utterances. If it cannot, its thread is gone.
        lease.request({ type: 'discard' }).catch(() => {});
        lease.release();
      }
    } catch (error) {
      this.events.fail(error);
    }
  }

  async #hear(lease: RecogniserLease): Promise<void> {
    const { mayInterrupt = false } = this.#options;
    for await (const piece of this.#audio) {
      // A copy: its memory is handed over, and may be shared with others.
      const samples = piece.slice();
      const heard = await lease.request({ type: 'audio', samples, mayInterrupt }, [samples.buffer]);
      if (this.events.isOver) return;
      if (heard.type !== 'partial' || heard.text === '' || heard.text === this.#lastPartial)
        continue;
      this.#lastPartial = heard.text;
      this.events.push({ type: 'transcript-partial', text: this.#writtenAs(heard.text, false) });
    }
    if (this.events.isOver) return;
    const final = await lease.request({ type: 'finish' });
    if (final.type !== 'final') return;
    const text = this.#writtenAs(final.text, final.isDoubtful !== true);
    this.events.final(text, final.unrecognised, final.isDoubtful);
  }

  #release(): void {
    this.#audio.drop();
    this.#over.abort();
    const audioMs = Math.ceil(this.#samples / SPEECH_SAMPLES_PER_MS);
    if (audioMs > 0) this.#options.onUsed?.({ model: 'embedded', units: { audioMs } });
  }
}
