import type { Clause, ClauseTrack } from './clause-track.ts';
import { speakersIn } from '../languages.ts';
import { ProviderError } from '../provider-error.ts';
import type { ReportUse } from '../provider.ts';
import type { SpeechEvent, Synthesizer } from './synthesizer.ts';
import { AttemptScope, closeIterator } from '../health/attempt-scope.ts';
import type { Attempt } from '../health/attempts.ts';
import { ClauseDelivery, ClauseFeed } from './clause-delivery.ts';
import type { ListenerLead } from './listener-lead.ts';
import type { SpeakingPace } from './speaking-pace.ts';
import type { StageCandidates } from '../health/stage-candidates.ts';

export interface SpeechAttemptOptions {
  readonly attempt: Attempt<Synthesizer>;
  readonly stage: StageCandidates<Synthesizer>;
  /** Candidates that may still be asked, this one included. */
  readonly remaining: () => number;
  readonly track: ClauseTrack;
  /** The first clause that is spoken otherwise. */
  readonly endsBefore: (clause: Clause) => boolean;
  readonly lead: ListenerLead;
  readonly pace: SpeakingPace;
  /** When the wait that the stage's deadline is about began; shared by all attempts. */
  readonly waiting: { sinceMs: number };
  readonly voice: string;
  readonly speed: number | undefined;
  /** The call's, BCP 47; undefined: the relay's. */
  readonly language: string | undefined;
  readonly signal: AbortSignal;
  readonly onUsed: ReportUse;
  readonly toHz: number;
}

/** A letter or a digit of any script. */
const SPEAKABLE = /[\p{L}\p{N}]/u;

type Step = IteratorResult<SpeechEvent, unknown> | 'held-long-enough';

/** What one provider speaks of a reply, until it is done or fails. */
export class SpeechAttempt implements Disposable {
  /** How fast this voice speaks. */
  readonly msPerCharacter: number;
  readonly #options: SpeechAttemptOptions;
  readonly #scope: AttemptScope;
  readonly #feed: ClauseFeed;
  readonly #speaker: string;
  readonly #speech: AsyncIterator<SpeechEvent, unknown>;
  #delivery: ClauseDelivery | undefined;
  #next: Promise<IteratorResult<SpeechEvent, unknown>> | undefined;
  #isListening = false;
  #hasSpoken = false;
  #isOver = false;
  /** The person's choice among the voices: others may well speak. */
  readonly #isChosenVoice: boolean;
  #begun = 0;
  #finished = 0;
  /** How much longer the clause that is being spoken may be waited for, over all its pieces. */
  #patienceMs = Number.POSITIVE_INFINITY;

  constructor(options: SpeechAttemptOptions) {
    const { signal, stage, track, endsBefore, attempt, voice, waiting, pace, onUsed } = options;
    const { name, provider } = attempt.candidate;
    this.#options = options;
    this.#scope = new AttemptScope(signal, stage.clock, () => this.#settle());
    const onWaiting = () => {
      // The time it waited for text is not its own.
      waiting.sinceMs = stage.clock.now();
      this.#setDeadline();
    };
    this.#feed = new ClauseFeed({ track, endsBefore, onWaiting });
    const { language } = options;
    const speakers = speakersIn(language, provider.voices);
    const known = speakers.find(({ id }) => id === voice) ?? speakers[0];
    this.#isChosenVoice = known !== speakers[0];
    const speed = speedOf(provider, options.speed);
    this.#speaker = `${name} ${known?.id ?? ''}${speed === undefined ? '' : ` ×${speed}`}`;
    this.msPerCharacter = pace.of(this.#speaker);
    const speech = provider.synthesize(this.#feed, {
      // One that stands in has other voices, and not all of them know the language.
      voice: known?.id ?? voice,
      speed,
      language,
      signal: this.#scope.signal,
      onUsed,
    });
    this.#speech = speech[Symbol.asyncIterator]();
  }

  /**
   * What may go out now, with the clauses counted as in the reply; undefined once all was spoken.
   *
   * @throws what the provider failed with
   */
  async next(): Promise<readonly SpeechEvent[] | undefined> {
    if (this.#isOver) return undefined;
    const step = await this.#step().catch((error: unknown) => {
      const isRefused = error instanceof ProviderError && error.fault === 'rejected';
      if (!isRefused || !this.#isChosenVoice) throw error;
      throw new ProviderError({ ...error, isRequestsOwn: true });
    });
    const outgoing = step === 'held-long-enough' ? this.#stream() : this.#take(step);
    this.#hasSpoken ||= outgoing.length > 0;
    return outgoing;
  }

  [Symbol.dispose](): void {
    closeIterator(this.#speech);
    void this.#feed.return();
    this.#settle();
    this.#scope[Symbol.dispose]();
  }

  /** People often interrupt: a voice that has spoken a whole clause has worked by then. */
  #settle(): void {
    const { attempt } = this.#options;
    if (this.#finished > 0) attempt.succeeded();
    else attempt.abandoned();
  }

  /** The next event, or the moment at which what is held back has to go out. */
  async #step(): Promise<Step> {
    const next = (this.#next ??= this.#speech.next());
    // The step may fail when nothing waits for it any more.
    next.catch(() => {});
    const holdMs = this.#delivery?.holdMs;
    if (holdMs !== undefined && holdMs <= 0) return 'held-long-enough';
    const { promise: held, resolve } = Promise.withResolvers<'held-long-enough'>();
    const cancel =
      holdMs === undefined
        ? undefined
        : this.#options.stage.clock.after(holdMs, () => resolve('held-long-enough'));
    this.#isListening = true;
    this.#setDeadline();
    const sinceMs = this.#options.stage.clock.now();
    try {
      const step = await this.#scope.wait(cancel === undefined ? next : Promise.race([next, held]));
      if (step !== 'held-long-enough') this.#next = undefined;
      return step;
    } finally {
      this.#patienceMs -= this.#options.stage.clock.now() - sinceMs;
      cancel?.();
      this.#isListening = false;
      this.#scope.clearDeadline();
    }
  }

  #stream(): readonly SpeechEvent[] {
    this.#delivery?.stream();
    return this.#delivery?.outgoing() ?? [];
  }

  #take(step: IteratorResult<SpeechEvent, unknown>): readonly SpeechEvent[] {
    const { attempt, stage } = this.#options;
    if (step.done === true) {
      // The provider left before the end of the text: its last clause is not to be trusted either.
      const isWhole = this.#feed.isExhausted && this.#begun === this.#feed.handedOver;
      if (!isWhole) throw stage.endedEarlyError();
      const outgoing = this.#finish();
      this.#isOver = true;
      attempt.succeeded();
      return outgoing;
    }
    const event = step.value;
    if (event.type === 'clause-begun') {
      const outgoing = this.#finish();
      this.#begin(event.clause);
      return outgoing;
    }
    // Audio of no clause, or of another one, would be words that are missing elsewhere.
    if (this.#delivery?.clause !== this.#feed.first + event.clause) throw stage.endedEarlyError();
    if (event.type === 'clause-done') return this.#finish();
    this.#delivery.take(event);
    if (this.#delivery.isEndless || this.#patienceMs < 0) throw this.#endlessError();
    return this.#delivery.outgoing();
  }

  #begin(clause: number): void {
    const { stage, attempt, track, toHz, lead } = this.#options;
    // Each clause once, in order, and none that was not handed over.
    if (clause !== this.#begun || clause >= this.#feed.handedOver) throw stage.endedEarlyError();
    this.#begun++;
    const fromHz = attempt.candidate.provider.sampleRateHz;
    const index = this.#feed.first + clause;
    const { text } = track.rest(index);
    const longestMs = stage.policy.longestSpeechMs(text);
    // The audio may come as slowly as it can possibly be spoken, and stall once on top of that.
    this.#patienceMs = longestMs + stage.policy.attempts.synthesizerStallMs;
    this.#delivery = new ClauseDelivery({ clause: index, text, longestMs, fromHz, toHz, lead });
  }

  #finish(): readonly SpeechEvent[] {
    const delivery = this.#delivery;
    if (delivery === undefined) return [];
    this.#delivery = undefined;
    const outgoing = delivery.finish();
    const { attempt, stage, pace } = this.#options;
    // Silence instead of words is a failure; of “…” alone it is not.
    if (delivery.audioMs === 0 && SPEAKABLE.test(delivery.text)) throw stage.endedEarlyError();
    pace.learn(this.#speaker, delivery.text, delivery.audioMs);
    this.#finished++;
    attempt.proved();
    return outgoing;
  }

  #endlessError(): ProviderError {
    const { name } = this.#options.attempt.candidate;
    const { stage } = this.#options.stage;
    return new ProviderError({ provider: name, stage, fault: 'malformed', note: 'endless voice' });
  }

  /** For the next event; there is none while the provider waits for text and owes no speech. */
  #setDeadline(): void {
    const { stage, remaining, waiting } = this.#options;
    // The provider reads ahead: it may wait for text and still owe earlier audio.
    const owesNothing = this.#feed.isWaiting && this.#finished === this.#feed.handedOver;
    if (!this.#isListening || owesNothing) return this.#scope.clearDeadline();
    const { attempts, deadlines } = stage.policy;
    const wantedMs = this.#hasSpoken ? attempts.synthesizerStallMs : attempts.synthesizerFirstMs;
    const budgetMs = stage.budgetMs(
      wantedMs,
      deadlines.synthesizerMs,
      waiting.sinceMs,
      remaining(),
    );
    this.#scope.setDeadline(budgetMs, stage.timeoutError);
  }
}

/** The nearest speed to the one asked for that the voice has; undefined: its own pace. */
function speedOf({ speeds }: Synthesizer, asked: number | undefined): number | undefined {
  if (asked === undefined || speeds === undefined) return undefined;
  const speed = Math.min(speeds.max, Math.max(speeds.min, asked));
  return speed === 1 ? undefined : speed;
}
