import type { FakeClock } from '../../../base/lib/fake-clock.ts';
import type { TranscriptEvent } from '../../../call/stages/transcriber/transcriber.ts';
import { EmbeddedTranscription } from './embedded-transcription.ts';
import type { RecogniserAnswer, RecogniserRequest } from './recogniser-protocol.ts';
import { UtteranceScheduler, type RecogniserLease } from './utterance-scheduler.ts';

const CHUNK_SAMPLES = 1_600;
/** How long an utterance that has ended waits. */
export const WAIT_MS = 2_000;
/** For a second of audio. */
const DECODING_MS = 100;

/** Of samples that could be a voice's. */
const LEVEL = 1_000;

/**
 * Recognisers that decode as slowly as real ones, on the clock. Each sample is `LEVEL` and its
 * utterance's number, and the words are how many it has heard: "3 of 7" are three chunks of utterance 7.
 */
export class Recognisers {
  readonly clock: FakeClock;
  readonly scheduler: UtteranceScheduler;
  readonly faults: string[] = [];
  leased = 0;
  /** How long one takes to start, and how many do. */
  startMs = 0;
  starting = 0;

  constructor(clock: FakeClock, maxWorkers: number) {
    this.clock = clock;
    this.scheduler = new UtteranceScheduler({
      acquire: async () => {
        this.leased += 1;
        if (this.leased > maxWorkers) this.faults.push('More leases than recognisers.');
        await this.#started();
        return this.#lease();
      },
      maxWorkers,
      processors: 2,
      waitMs: WAIT_MS,
      clock,
    });
  }

  async #started(): Promise<void> {
    if ((this.starting += 1) > 1) this.faults.push('More than one starts.');
    if (this.startMs > 0)
      await new Promise<void>((resolve) => this.clock.after(this.startMs, resolve));
    this.starting -= 1;
  }

  #lease(): RecogniserLease {
    let heard = 0;
    let utterances = new Set<number>();
    const words = () => {
      const [one, other] = utterances;
      if (one === undefined) return '';
      return `${heard / CHUNK_SAMPLES} of ${other === undefined ? one - LEVEL : '?'}`;
    };
    const answer = async (request: RecogniserRequest): Promise<RecogniserAnswer> => {
      if (request.type === 'audio') {
        heard += request.samples.length;
        for (const sample of request.samples) utterances.add(sample);
        const { promise, resolve } = Promise.withResolvers<void>();
        this.clock.after((request.samples.length / 16_000) * DECODING_MS, resolve);
        await promise;
        return { type: 'partial', text: words() };
      }
      const text = words();
      heard = 0;
      utterances = new Set();
      return request.type === 'finish'
        ? { type: 'final', text, unrecognised: false }
        : { type: 'discarded' };
    };
    return {
      request: answer,
      release: () => {
        this.leased -= 1;
      },
    };
  }
}

/** One who says chunks of their number, and reads what comes of it. */
export class Speaker {
  readonly controller = new AbortController();
  readonly events: TranscriptEvent[] = [];
  readonly transcription: EmbeddedTranscription;
  readonly #clock: FakeClock;
  readonly #number: number;
  chunks = 0;
  endedAtMs: number | undefined;
  settledAtMs: number | undefined;
  failure: unknown;

  constructor({ clock, scheduler }: Recognisers, number: number) {
    this.#clock = clock;
    this.#number = number;
    const { signal } = this.controller;
    this.transcription = new EmbeddedTranscription(scheduler, { signal, clock });
    void this.#read();
  }

  speak(): void {
    if (this.endedAtMs !== undefined) return;
    this.transcription.push(new Int16Array(CHUNK_SAMPLES).fill(LEVEL + this.#number));
    this.chunks += 1;
  }

  end(): void {
    this.endedAtMs ??= this.#clock.now();
    this.transcription.finalize();
  }

  get text(): string | undefined {
    const last = this.events.at(-1);
    return last?.type === 'transcript-final' ? last.text : undefined;
  }

  get said(): string {
    return this.chunks === 0 ? '' : `${this.chunks} of ${this.#number}`;
  }

  async #read(): Promise<void> {
    try {
      for await (const event of this.transcription.events) this.events.push(event);
    } catch (error) {
      this.failure = error;
    }
    this.settledAtMs = this.#clock.now();
  }
}
