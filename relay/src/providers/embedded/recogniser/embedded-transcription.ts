import { ParleyError } from '@parley/shared';
import type { WorkerLease } from '../../../base/lib/worker-pool.ts';
import type {
  TranscriptEvent,
  Transcription,
  TranscriptionOptions,
} from '../../../call/stages/transcriber/transcriber.ts';
import { TranscriptQueue } from '../../vendor-kit/transcription/transcript-queue.ts';
import type { RecogniserAnswer, RecogniserRequest } from './recogniser-protocol.ts';
import { mayBeVoiced } from './voicing.ts';

const SAMPLES_PER_MS = 16;
/** Audio that may wait for a recogniser, or for one that cannot keep up. */
const MAX_WAITING_SAMPLES = 60_000 * SAMPLES_PER_MS;
/** What waits of silence before it is decoded like anything else. */
const MAX_SILENT_SAMPLES = 30_000 * SAMPLES_PER_MS;
/**
 * What a thread is given at once. Enough to catch up without ceremony, little enough that an
 * abandoned utterance frees its thread within a few tens of milliseconds.
 */
const MAX_REQUEST_SAMPLES = 300 * SAMPLES_PER_MS;

export type RecogniserLease = WorkerLease<RecogniserRequest, RecogniserAnswer>;

export interface EmbeddedTranscriptionOptions extends Pick<
  TranscriptionOptions,
  'signal' | 'mayInterrupt'
> {
  /**
   * Waits for a recogniser; the wait has a limit once `since` settles.
   *
   * @throws ParleyError; the signal's reason when aborted
   */
  readonly acquire: (signal: AbortSignal, since: Promise<void>) => Promise<RecogniserLease>;
  /** Writes the words of the grammar as people do; as they are if absent. */
  readonly writtenAs?: ((words: string) => string) | undefined;
  /** Called once, at the end, if any audio was pushed. */
  readonly onHeard?: (audioMs: number) => void;
}

/** One utterance. It takes a recogniser for itself once something in it could be a voice. */
export class EmbeddedTranscription implements Transcription {
  readonly #options: EmbeddedTranscriptionOptions;
  readonly #events: TranscriptQueue;
  readonly #over = new AbortController();
  readonly #ended = Promise.withResolvers<void>();
  #isEnded = false;
  /** Audio that no recogniser has yet, in the order of its arrival. */
  #waiting: Int16Array[] = [];
  #waitingSamples = 0;
  #samples = 0;
  #isDecoded = false;
  #lastPartial = '';
  #wake: () => void = () => {};

  constructor(options: EmbeddedTranscriptionOptions) {
    this.#options = options;
    this.#events = new TranscriptQueue(options.signal, () => this.#release());
  }

  get events(): AsyncIterable<TranscriptEvent> {
    return this.#events;
  }

  push(samples: Int16Array): void {
    if (this.#events.isOver || this.#isEnded || samples.length === 0) return;
    if (this.#waitingSamples + samples.length > MAX_WAITING_SAMPLES) {
      const cause = new Error('More than 60 s of audio waits.');
      return this.#events.fail(new ParleyError('transcriber_failed', { cause }));
    }
    this.#waiting.push(samples);
    this.#waitingSamples += samples.length;
    this.#samples += samples.length;
    // Until then a recogniser would hear nothing.
    const isAudible = mayBeVoiced(samples) || this.#samples > MAX_SILENT_SAMPLES;
    if (isAudible && !this.#isDecoded) void this.#decode();
    this.#wake();
  }

  finalize(): void {
    if (this.#events.isOver || this.#isEnded) return;
    this.#isEnded = true;
    this.#ended.resolve();
    if (!this.#isDecoded) this.#events.final('');
    this.#wake();
  }

  async #decode(): Promise<void> {
    this.#isDecoded = true;
    try {
      const lease = await this.#options.acquire(this.#over.signal, this.#ended.promise);
      try {
        await this.#hear(lease);
      } finally {
        // Leaves it between utterances. If it cannot, its thread is gone.
        lease.request({ type: 'discard' }).catch(() => {});
        lease.release();
      }
    } catch (error) {
      this.#events.fail(error);
    }
  }

  async #hear(lease: RecogniserLease): Promise<void> {
    const { mayInterrupt = false } = this.#options;
    while (!this.#events.isOver) {
      const samples = this.#read();
      if (samples !== undefined)
        this.#onAnswer(
          await lease.request({ type: 'audio', samples, mayInterrupt }, [samples.buffer]),
        );
      else if (this.#isEnded) this.#onAnswer(await lease.request({ type: 'finish' }));
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** @returns what a recogniser is given next, in memory of its own; undefined if nothing waits */
  #read(): Int16Array<ArrayBuffer> | undefined {
    if (this.#waitingSamples === 0) return undefined;
    const joined = new Int16Array(Math.min(this.#waitingSamples, MAX_REQUEST_SAMPLES));
    for (let filled = 0; filled < joined.length;) {
      const [chunk] = this.#waiting;
      const part = chunk!.subarray(0, joined.length - filled);
      joined.set(part, filled);
      filled += part.length;
      if (part.length === chunk!.length) this.#waiting.shift();
      else this.#waiting[0] = chunk!.subarray(part.length);
    }
    this.#waitingSamples -= joined.length;
    return joined;
  }

  #onAnswer(answer: RecogniserAnswer): void {
    if (this.#events.isOver) return;
    const { writtenAs = (words) => words } = this.#options;
    if (answer.type === 'final') {
      const { text, unrecognised, isDoubtful } = answer;
      return this.#events.final(writtenAs(text), unrecognised, isDoubtful);
    }
    if (answer.type !== 'partial') return;
    if (answer.text === '' || answer.text === this.#lastPartial) return;
    this.#lastPartial = answer.text;
    this.#events.push({ type: 'transcript-partial', text: writtenAs(answer.text) });
  }

  #release(): void {
    this.#waiting = [];
    this.#waitingSamples = 0;
    if (this.#samples > 0) this.#options.onHeard?.(Math.ceil(this.#samples / SAMPLES_PER_MS));
    this.#over.abort();
    this.#wake();
  }
}
