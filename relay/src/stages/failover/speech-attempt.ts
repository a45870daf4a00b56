import { AttemptScope, closeIterator } from './attempt-scope.ts';
import type { Attempt } from './attempts.ts';
import type { SpeechEvent, Synthesizer } from '../synthesizer.ts';
import { ClauseDelivery } from './clause-delivery.ts';
import type { ClauseFeed, ClauseLedger } from './clause-ledger.ts';
import type { ListenerLead } from './listener-lead.ts';
import type { SpeakingPace } from './speaking-pace.ts';
import type { StageCandidates } from './stage-candidates.ts';

export interface SpeechAttemptOptions {
  readonly attempt: Attempt<Synthesizer>;
  readonly stage: StageCandidates<Synthesizer>;
  /** How many may still be asked, this one included. */
  readonly left: () => number;
  readonly ledger: ClauseLedger;
  readonly lead: ListenerLead;
  readonly pace: SpeakingPace;
  /** When the wait that the stage's deadline is about began; shared by all attempts. */
  readonly waiting: { sinceMs: number };
  readonly voice: string;
  readonly signal: AbortSignal;
  readonly toHz: number;
}

type Step = IteratorResult<SpeechEvent, unknown> | 'held-long-enough';

/** What one provider speaks of a reply, until it is done or fails. */
export class SpeechAttempt implements Disposable {
  readonly #options: SpeechAttemptOptions;
  readonly #scope: AttemptScope;
  readonly #feed: ClauseFeed;
  readonly #speaker: string;
  #clause: ClauseDelivery | undefined;
  #next: Promise<IteratorResult<SpeechEvent, unknown>> | undefined;
  #isListening = false;
  #hasSpoken = false;
  #begun = 0;
  #finished = 0;

  constructor(options: SpeechAttemptOptions) {
    const { signal, stage, ledger, attempt, voice, waiting } = options;
    const { name, provider } = attempt.candidate;
    this.#options = options;
    this.#scope = new AttemptScope(signal, stage.clock);
    this.#feed = ledger.feed(() => {
      // The time it waited for text is not its own.
      waiting.sinceMs = stage.clock.now();
      this.#watch();
    });
    const known = provider.voices.find(({ id }) => id === voice) ?? provider.voices[0];
    this.#speaker = `${name} ${known?.id ?? ''}`;
  }

  async *run(): AsyncGenerator<SpeechEvent, void, undefined> {
    const { attempt, stage, voice } = this.#options;
    const { provider } = attempt.candidate;
    const speech = provider.synthesize(this.#feed, { voice, signal: this.#scope.signal });
    const iterator = speech[Symbol.asyncIterator]();
    try {
      for (;;) {
        const step = await this.#step(iterator);
        if (step === 'held-long-enough') {
          this.#clause?.stream();
        } else if (step.done === true) {
          // It left before the end of the text: the clause it was at is not to be trusted either.
          if (!this.#feed.isExhausted || this.#begun < this.#feed.handedOver) {
            throw stage.endedEarlyError();
          }
          yield* this.#finish();
          attempt.succeeded();
          return;
        } else if (step.value.type === 'clause-started') {
          yield* this.#finish();
          this.#begin();
        } else {
          // Audio of no clause would be words that nobody can account for.
          if (this.#clause === undefined) throw stage.endedEarlyError();
          this.#clause.take(step.value);
        }
        yield* this.#passOn(this.#clause?.outgoing());
      }
    } finally {
      closeIterator(iterator);
    }
  }

  /** It failed: the ledger learns how far it came. */
  settle(): void {
    const { ledger, pace } = this.#options;
    if (this.#clause?.isBegun === true) {
      ledger.cutHead(this.#clause.rest(pace.of(this.#speaker)));
    }
    this.#clause = undefined;
  }

  [Symbol.dispose](): void {
    const { attempt } = this.#options;
    void this.#feed.return();
    // People often interrupt: a trial that has spoken a whole clause has proved itself by then.
    if (this.#finished > 0) attempt.succeeded();
    else attempt.abandoned();
    this.#scope[Symbol.dispose]();
  }

  /** The next event, or the moment at which what is held back has to go out. */
  async #step(iterator: AsyncIterator<SpeechEvent, unknown>): Promise<Step> {
    this.#next ??= iterator.next();
    const next = this.#next;
    const holdMs = this.#clause?.holdMs;
    let cancel: (() => void) | undefined;
    let first: Promise<Step> = next;
    if (holdMs !== undefined) {
      if (holdMs <= 0) {
        return 'held-long-enough';
      }
      const { promise, resolve } = Promise.withResolvers<'held-long-enough'>();
      cancel = this.#options.stage.clock.after(holdMs, () => resolve('held-long-enough'));
      first = Promise.race([next, promise]);
    }
    this.#isListening = true;
    this.#watch();
    try {
      const step = await this.#scope.wait(first);
      if (step !== 'held-long-enough') this.#next = undefined;
      return step;
    } finally {
      cancel?.();
      this.#isListening = false;
      this.#scope.clearDeadline();
    }
  }

  /** Sets the deadline for the next event; there is none while the provider waits for text. */
  #watch(): void {
    const { stage, left, waiting } = this.#options;
    if (!this.#isListening || this.#feed.isWaiting) {
      this.#scope.clearDeadline();
      return;
    }
    const { attempts, deadlines } = stage.policy;
    const wantedMs = this.#hasSpoken ? attempts.synthesizerStallMs : attempts.synthesizerFirstMs;
    this.#scope.setDeadline(
      stage.budgetMs(wantedMs, deadlines.synthesizerMs, waiting.sinceMs, left()),
      stage.timeoutError,
    );
  }

  #begin(): void {
    const { ledger, stage, attempt, toHz, lead } = this.#options;
    const text = ledger.head;
    this.#begun++;
    // More beginnings than clauses were handed over.
    if (text === undefined || this.#begun > this.#feed.handedOver) throw stage.endedEarlyError();
    const fromHz = attempt.candidate.provider.sampleRateHz;
    this.#clause = new ClauseDelivery({ text, fromHz, toHz, lead });
  }

  async *#finish(): AsyncGenerator<SpeechEvent, void, undefined> {
    const clause = this.#clause;
    if (clause === undefined) return;
    const { ledger, pace } = this.#options;
    pace.learn(this.#speaker, clause.text, clause.audioMs);
    ledger.finishHead();
    this.#finished++;
    this.#clause = undefined;
    yield* this.#passOn(clause.finish());
  }

  *#passOn(events: Iterable<SpeechEvent> = []): Generator<SpeechEvent, void, undefined> {
    const { waiting, stage } = this.#options;
    for (const event of events) {
      this.#hasSpoken = true;
      yield event;
      waiting.sinceMs = stage.clock.now();
    }
  }
}
