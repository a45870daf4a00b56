import type { Attempt, Attempts } from './attempts.ts';
import { AttemptScope, closeIterator } from './attempt-scope.ts';
import type {
  TranscriptEvent,
  Transcriber,
  Transcription,
  TranscriptionOptions,
} from '../transcriber.ts';
import { KeptSpeech } from './kept-speech.ts';
import type { StageCandidates } from './stage-candidates.ts';

/** Samples in a ms of speech. */
const SAMPLES_PER_MS = 16;

interface Current {
  readonly attempt: Attempt<Transcriber>;
  readonly scope: AttemptScope;
  readonly transcription: Transcription;
  /** Audio it was given all at once, which it needs time to catch up with. */
  readonly replayedMs: number;
}

/** One utterance that outlives the recogniser it began with. */
export class ReplayedTranscription implements Transcription {
  readonly events: AsyncIterable<TranscriptEvent>;
  readonly #stage: StageCandidates<Transcriber>;
  readonly #options: TranscriptionOptions;
  readonly #attempts: Attempts<Transcriber>;
  readonly #kept: KeptSpeech;
  readonly #isKeeper: boolean;
  readonly #onAbort = () => this.#end();
  /** Samples; whoever comes next is given as many again. */
  #pushed = 0;
  #isSpeculating = false;
  #isOver = false;
  #finalizedAtMs: number | undefined;
  #current: Current | undefined;
  /** That of `#current`, within reach of the audio. */
  #transcription: Transcription | undefined;

  private constructor(stage: StageCandidates<Transcriber>, options: TranscriptionOptions) {
    this.#stage = stage;
    this.#options = options;
    this.#attempts = stage.attempts(options);
    this.#isKeeper = options.kept === undefined;
    this.#kept = options.kept ?? new KeptSpeech(stage.policy.maxUtteranceMs * SAMPLES_PER_MS);
    this.events = this.#run();
    options.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** @throws as `Transcriber.open` does, once nobody is left to ask */
  static async open(
    stage: StageCandidates<Transcriber>,
    options: TranscriptionOptions,
  ): Promise<ReplayedTranscription> {
    const transcription = new ReplayedTranscription(stage, options);
    try {
      await transcription.#open(transcription.#attempts.first());
      return transcription;
    } catch (error) {
      transcription.#end();
      throw error;
    }
  }

  // The hot path: nothing but a send.
  push(samples: Int16Array): void {
    if (this.#isOver) return;
    if (this.#isKeeper) this.#kept.add(samples);
    this.#pushed += samples.length;
    this.#isSpeculating = false;
    try {
      this.#transcription?.push(samples);
    } catch (error) {
      this.#current?.scope.fail(error);
    }
  }

  /** Only where the one who listens can use it: telling quiet from speech costs time. */
  get speculate(): (() => void) | undefined {
    if (this.#current?.transcription.speculate === undefined) return undefined;
    return () => {
      this.#isSpeculating = true;
      const current = this.#current;
      if (current !== undefined) feed(current, () => current.transcription.speculate?.());
    };
  }

  finalize(): void {
    if (this.#finalizedAtMs !== undefined) return;
    this.#finalizedAtMs = this.#stage.clock.now();
    const current = this.#current;
    if (current !== undefined) this.#finish(current);
  }

  #finish(current: Current): void {
    const { transcriberFinalMs, transcriberReplayShare } = this.#stage.policy.attempts;
    feed(current, () => current.transcription.finalize());
    const wantedMs = transcriberFinalMs + transcriberReplayShare * current.replayedMs;
    current.scope.setDeadline(this.#budgetMs(wantedMs), this.#stage.timeoutError);
  }

  /** Opens the first that can be opened, and gives it what was said so far. */
  async #open(first: Attempt<Transcriber> | undefined): Promise<void> {
    const { signal, language } = this.#options;
    const { clock, timeoutError, policy } = this.#stage;
    let attempt = first;
    while (attempt !== undefined) {
      const scope = new AttemptScope(signal, clock);
      scope.setDeadline(this.#budgetMs(policy.attempts.transcriberOpenMs), timeoutError);
      try {
        const { provider } = attempt.candidate;
        const transcription = await scope.wait(provider.open({ language, signal: scope.signal }));
        signal.throwIfAborted();
        scope.clearDeadline();
        this.#take(attempt, scope, transcription);
        return;
      } catch (error) {
        scope[Symbol.dispose]();
        if (signal.aborted) {
          attempt.abandoned();
          throw signal.reason;
        }
        attempt = this.#next(attempt, error);
      }
    }
    throw this.#attempts.exhausted();
  }

  #take(attempt: Attempt<Transcriber>, scope: AttemptScope, transcription: Transcription): void {
    for (const samples of this.#kept.pieces(this.#pushed)) transcription.push(samples);
    if (this.#isSpeculating) transcription.speculate?.();
    const replayedMs = this.#pushed / SAMPLES_PER_MS;
    const current = { attempt, scope, transcription, replayedMs };
    if (this.#finalizedAtMs !== undefined) this.#finish(current);
    this.#set(current);
  }

  #set(current: Current | undefined): void {
    this.#current = current;
    this.#transcription = current?.transcription;
  }

  async *#run(): AsyncGenerator<TranscriptEvent, void, undefined> {
    const { signal } = this.#options;
    try {
      while (this.#current !== undefined) {
        const { attempt, scope, transcription } = this.#current;
        const iterator = transcription.events[Symbol.asyncIterator]();
        try {
          for (;;) {
            const next = await scope.wait(iterator.next());
            if (next.done === true) throw this.#stage.endedEarlyError();
            if (next.value.type === 'transcript-final') {
              attempt.succeeded();
              yield next.value;
              return;
            }
            yield next.value;
          }
        } catch (error) {
          if (signal.aborted) return;
          this.#set(undefined);
          scope[Symbol.dispose]();
          await this.#open(this.#next(attempt, error));
        } finally {
          closeIterator(iterator);
        }
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.#end();
    }
  }

  /** As long as the person speaks nobody waits: however late it fails then, it fails in time. */
  #next(failed: Attempt<Transcriber>, error: unknown): Attempt<Transcriber> | undefined {
    const waitingSinceMs = this.#finalizedAtMs ?? this.#stage.clock.now();
    return this.#attempts.next(failed, error, { waitingSinceMs, isRepeatable: this.#kept.isWhole });
  }

  #budgetMs(attemptMs: number): number {
    const { clock, policy } = this.#stage;
    const sinceMs = this.#finalizedAtMs ?? clock.now();
    return this.#stage.budgetMs(
      attemptMs,
      policy.deadlines.transcriberMs,
      sinceMs,
      this.#attempts.remaining,
    );
  }

  /** Releases everything; what had no verdict by now has none. */
  #end(): void {
    this.#isOver = true;
    if (this.#isKeeper) this.#kept.release();
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    const current = this.#current;
    this.#set(undefined);
    current?.attempt.abandoned();
    current?.scope[Symbol.dispose]();
  }
}

/** What a recogniser throws into the call that feeds it is its failure, not the caller's. */
function feed({ scope }: Current, action: () => void): void {
  try {
    action();
  } catch (error) {
    scope.fail(error);
  }
}
