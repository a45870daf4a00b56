import { ParleyError } from '@parley/shared';
import type { Clock } from '../../../base/lib/clock.ts';
import type {
  TranscriptEvent,
  Transcription,
  TranscriptionOptions,
} from '../../../call/stages/transcriber/transcriber.ts';
import { TranscriptQueue } from '../../vendor-kit/transcription/transcript-queue.ts';
import type { RecogniserAnswer } from './recogniser-protocol.ts';
import { UtteranceAudio } from './utterance-audio.ts';
import { mayBeVoiced } from './voicing.ts';
import type {
  RecogniserLease,
  ScheduledUtterance,
  Urgency,
  UtteranceScheduler,
} from './utterance-scheduler.ts';

const SAMPLES_PER_MS = 16;
/** Audio that may wait for a recogniser that cannot keep up, and that is kept to decode it again. */
const MAX_KEPT_SAMPLES = 60_000 * SAMPLES_PER_MS;
/** What is kept of silence before it is decoded like anything else. */
const MAX_SILENT_SAMPLES = 30_000 * SAMPLES_PER_MS;
/**
 * What a thread is given at once. Enough to catch up without ceremony, little enough that an
 * abandoned utterance frees its thread within a few tens of milliseconds.
 */
const MAX_REQUEST_SAMPLES = 300 * SAMPLES_PER_MS;
/**
 * Who had to give way so often is decoded when the speaker pauses, not before: each time, all of it
 * is decoded anew.
 */
const MAX_DISPLACEMENTS = 2;
/** Within so long after a pause began, the turn is over or the person has gone on. */
const PAUSE_MS = 1_500;

export interface EmbeddedTranscriptionOptions extends Pick<
  TranscriptionOptions,
  'signal' | 'mayInterrupt'
> {
  readonly clock: Clock;
  /** Writes the words of the grammar as people do; as they are if absent. */
  readonly writtenAs?: ((words: string) => string) | undefined;
  /** Called once, at the end, if any audio was pushed. */
  readonly onHeard?: (audioMs: number) => void;
}

/** One utterance, decoded whenever the scheduler has a recogniser for it. */
export class EmbeddedTranscription implements Transcription, ScheduledUtterance {
  readonly #scheduler: UtteranceScheduler;
  readonly #events: TranscriptQueue;
  readonly #options: EmbeddedTranscriptionOptions;
  readonly #audio = new UtteranceAudio(MAX_KEPT_SAMPLES);
  /** Until something in it could be a voice, no recogniser is needed: it would hear nothing. */
  #isAudible = false;
  #isEnded = false;
  #pausedAtMs = Number.NEGATIVE_INFINITY;
  #sinceMs: number;
  /** Whether a recogniser has it; else all of it is decoded anew. */
  #isDecoded = false;
  #givesWay = false;
  #displacements = 0;
  #hasFailed = false;
  #wake: () => void = () => {};
  #lastPartial = '';
  /** How much of it partials were told of, in samples. */
  #toldSamples = 0;

  constructor(scheduler: UtteranceScheduler, options: EmbeddedTranscriptionOptions) {
    this.#scheduler = scheduler;
    this.#options = options;
    this.#sinceMs = options.clock.now();
    this.#events = new TranscriptQueue(options.signal, () => this.#release());
    if (!this.#events.isOver) scheduler.enter(this);
  }

  get events(): AsyncIterable<TranscriptEvent> {
    return this.#events;
  }

  get isOver(): boolean {
    return this.#events.isOver;
  }

  get urgency(): Urgency {
    if (this.#isEnded) return 'ended';
    return this.#options.clock.now() - this.#pausedAtMs < PAUSE_MS ? 'pausing' : 'spoken';
  }

  get hasWork(): boolean {
    if (this.#isEnded) return true;
    if (!this.#isAudible || this.#audio.unread === 0) return false;
    return this.#displacements < MAX_DISPLACEMENTS || this.urgency === 'pausing';
  }

  get sinceMs(): number {
    return this.#sinceMs;
  }

  get samples(): number {
    return this.#audio.samples;
  }

  get decodedSamples(): number | undefined {
    return this.#audio.isWhole ? this.#audio.samples - this.#audio.unread : undefined;
  }

  push(samples: Int16Array): void {
    if (this.isOver || this.#isEnded || samples.length === 0) return;
    if (!this.hasWork) this.#sinceMs = this.#options.clock.now();
    this.#isAudible ||= mayBeVoiced(samples) || this.#audio.samples > MAX_SILENT_SAMPLES;
    if (!this.#isDecoded) this.#audio.rewind();
    if (this.#audio.add(samples)) return this.#changed();
    this.fail(
      new ParleyError('transcriber_failed', { cause: new Error('More than 60 s of audio waits.') }),
    );
  }

  speculate(): void {
    if (this.isOver || this.#isEnded) return;
    this.#pausedAtMs = this.#sinceMs = this.#options.clock.now();
    this.#changed();
  }

  finalize(): void {
    if (this.isOver || this.#isEnded) return;
    this.#isEnded = true;
    if (!this.#isAudible) return this.#events.final('', false);
    this.#sinceMs = this.#options.clock.now();
    this.#changed();
  }

  async run(lease: RecogniserLease): Promise<boolean> {
    const { mayInterrupt = false } = this.#options;
    this.#isDecoded = true;
    this.#audio.rewind();
    try {
      while (!this.isOver && !this.#givesWay) {
        const samples = this.#audio.read(MAX_REQUEST_SAMPLES);
        if (samples !== undefined)
          this.#onAnswer(
            await lease.request({ type: 'audio', samples, mayInterrupt }, [samples.buffer]),
          );
        else if (this.#isEnded) this.#onAnswer(await lease.request({ type: 'finish' }));
        else await this.#untilChanged();
      }
      return true;
    } catch (error) {
      // Another may hear it: the whole of it is kept.
      if (this.#hasFailed || !this.#audio.isWhole) this.fail(error);
      else this.#audio.rewind();
      this.#hasFailed = true;
      return false;
    } finally {
      this.#isDecoded = this.#givesWay = false;
    }
  }

  giveWay(): void {
    this.#givesWay = true;
    this.#displacements += 1;
    this.#wake();
  }

  fail(error: unknown): void {
    this.#events.fail(error);
  }

  #untilChanged(): Promise<void> {
    this.#sinceMs = this.#options.clock.now();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #changed(): void {
    this.#wake();
    this.#scheduler.changed(this);
  }

  #onAnswer(answer: RecogniserAnswer): void {
    if (this.isOver) return;
    const { writtenAs = (words) => words } = this.#options;
    if (answer.type === 'final') {
      const { text, unrecognised, isDoubtful } = answer;
      return this.#events.final(writtenAs(text), unrecognised, isDoubtful);
    }
    if (answer.type !== 'partial') return;
    const decoded = this.#audio.samples - this.#audio.unread;
    // What is decoded again was told before.
    if (decoded <= this.#toldSamples) return;
    this.#toldSamples = decoded;
    if (answer.text === '' || answer.text === this.#lastPartial) return;
    this.#lastPartial = answer.text;
    this.#events.push({ type: 'transcript-partial', text: writtenAs(answer.text) });
  }

  #release(): void {
    const { samples } = this.#audio;
    this.#audio.clear();
    if (samples > 0) this.#options.onHeard?.(Math.ceil(samples / SAMPLES_PER_MS));
    this.#wake();
    this.#scheduler.leave(this);
  }
}
