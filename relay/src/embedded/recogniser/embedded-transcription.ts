import { ParleyError } from '@parley/shared';
import type { WorkerLease } from '../../lib/worker-pool.ts';
import type {
  TranscriptEvent,
  Transcription,
  TranscriptionOptions,
} from '../../stages/transcriber.ts';
import { TranscriptQueue } from '../../vendor-kit/transcription/transcript-queue.ts';
import type { RecogniserAnswer, RecogniserRequest } from './recogniser-protocol.ts';

const SAMPLES_PER_MS = 16;
/** Audio that may wait for a recogniser that cannot keep up. */
const MAX_BACKLOG_SAMPLES = 60_000 * SAMPLES_PER_MS;
/**
 * What a thread is given at once. Enough to catch up without ceremony, little enough that an
 * abandoned utterance frees its thread within a few tens of milliseconds.
 */
const MAX_REQUEST_SAMPLES = 300 * SAMPLES_PER_MS;

export interface EmbeddedTranscriptionOptions extends Pick<
  TranscriptionOptions,
  'signal' | 'mayInterrupt'
> {
  /** Called once, at the end, if any audio was pushed. */
  readonly onHeard?: (audioMs: number) => void;
}

type Lease = WorkerLease<RecogniserRequest, RecogniserAnswer>;

/** One utterance in one thread. Holds the audio that the thread has not yet had time for. */
export class EmbeddedTranscription implements Transcription {
  readonly #lease: Lease;
  readonly #events: TranscriptQueue;
  readonly #backlog: Int16Array[] = [];
  #backlogSamples = 0;
  #finalizing = false;
  #pumping = false;
  #lastPartial = '';
  #samples = 0;
  readonly #options: EmbeddedTranscriptionOptions;

  constructor(lease: Lease, options: EmbeddedTranscriptionOptions) {
    this.#lease = lease;
    this.#options = options;
    this.#events = new TranscriptQueue(options.signal, () => this.#release());
  }

  get events(): AsyncIterable<TranscriptEvent> {
    return this.#events;
  }

  push(samples: Int16Array): void {
    if (this.#events.isOver || this.#finalizing || samples.length === 0) return;
    if (this.#backlogSamples + samples.length > MAX_BACKLOG_SAMPLES) {
      this.#events.fail(
        new ParleyError('transcriber_failed', {
          cause: new Error('More than 60 s of audio waits.'),
        }),
      );
      return;
    }
    this.#backlog.push(samples.slice());
    this.#backlogSamples += samples.length;
    this.#samples += samples.length;
    this.#startPump();
  }

  finalize(): void {
    if (this.#events.isOver) return;
    this.#finalizing = true;
    this.#startPump();
  }

  #startPump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    void this.#pump();
  }

  /** One request at a time, until there is nothing left to ask. */
  async #pump(): Promise<void> {
    const { mayInterrupt = false } = this.#options;
    try {
      while (!this.#events.isOver) {
        const samples = this.#take();
        if (samples !== undefined)
          this.#onAnswer(
            await this.#lease.request({ type: 'audio', samples, mayInterrupt }, [samples.buffer]),
          );
        else if (this.#finalizing) this.#onAnswer(await this.#lease.request({ type: 'finish' }));
        else return;
      }
    } catch (error) {
      this.#events.fail(error);
    } finally {
      this.#pumping = false;
    }
  }

  #onAnswer(answer: RecogniserAnswer): void {
    if (this.#events.isOver) return;
    if (answer.type === 'partial') {
      if (answer.text === '' || answer.text === this.#lastPartial) return;
      this.#lastPartial = answer.text;
      this.#events.push({ type: 'transcript-partial', text: answer.text });
    } else if (answer.type === 'final') {
      this.#events.final(answer.text, answer.unrecognised);
    }
  }

  /** Whole chunks from the front of the backlog, joined up to the size of a request. */
  #take(): Int16Array<ArrayBuffer> | undefined {
    const first = this.#backlog[0];
    if (first === undefined) return undefined;
    const joined = new Int16Array(Math.min(this.#backlogSamples, MAX_REQUEST_SAMPLES));
    let filled = 0;
    while (filled < joined.length) {
      const chunk = this.#backlog[0]!;
      const part = chunk.subarray(0, joined.length - filled);
      joined.set(part, filled);
      filled += part.length;
      if (part.length === chunk.length) this.#backlog.shift();
      else this.#backlog[0] = chunk.subarray(part.length);
    }
    this.#backlogSamples -= filled;
    return joined;
  }

  #release(): void {
    this.#backlog.length = 0;
    this.#backlogSamples = 0;
    if (this.#samples > 0) this.#options.onHeard?.(Math.ceil(this.#samples / SAMPLES_PER_MS));
    // Leaves the thread between utterances. If it dies of that, the pool replaces it.
    this.#lease.request({ type: 'discard' }).catch(() => {});
    this.#lease.release();
  }
}
