import type { Clause, ClauseTrack } from './clause-track.ts';
import type { SpeakOptions, SpeechEvent, Synthesizer, VoiceEvent } from './synthesizer.ts';
import type { Attempt, Attempts } from '../health/attempts.ts';
import { ListenerLead } from './listener-lead.ts';
import { mannerOf, PhraseRecording, type PhraseMemory } from './phrase-memory.ts';
import type { SpeakingPace } from './speaking-pace.ts';
import { SpeechAttempt } from './speech-attempt.ts';
import type { StageCandidates } from '../health/stage-candidates.ts';

export interface FailoverSpeechOptions {
  readonly stage: StageCandidates<Synthesizer>;
  readonly memory: PhraseMemory;
  readonly pace: SpeakingPace;
  readonly sampleRateHz: number;
  /** One of the stage's own voices. */
  readonly voiceId: string;
  readonly track: ClauseTrack;
  readonly options: SpeakOptions;
}

/** The source of the next clauses: an attempt of a provider, or a remembered phrase. */
interface SpeechSource {
  /** How fast it speaks, until more is known. */
  readonly msPerCharacter: number;
  /** What may go out now; undefined once it has nothing more to say. */
  next(): Promise<readonly SpeechEvent[] | undefined>;
}

/**
 * One reply on its way through memory and providers: which of them speaks the next clauses, and what
 * the track knows of it. `speech-attempt.ts` asks the provider. The caller takes `next()`, sends each
 * event through `deliver()`, and then calls `delivered()`.
 */
export class FailoverSpeech implements Disposable {
  readonly #options: FailoverSpeechOptions;
  readonly #lead: ListenerLead;
  /** When the wait that the stage's deadline is about began. */
  readonly #waiting: { sinceMs: number };
  #source: SpeechSource | undefined;
  #attempt: SpeechAttempt | undefined;
  #recording: PhraseRecording | undefined;
  #attempts: Attempts<Synthesizer> | undefined;
  #permit: Attempt<Synthesizer> | undefined;
  /** No provider is left: a phrase in any voice is then better than none. */
  #isExhausted = false;

  constructor(options: FailoverSpeechOptions) {
    const { clock } = options.stage;
    this.#options = options;
    this.#lead = new ListenerLead(clock);
    this.#waiting = { sinceMs: clock.now() };
  }

  /**
   * What may go out now; undefined once everything was said, or when aborted.
   *
   * @throws ParleyError once no provider is left; what the text broke off with
   */
  async next(): Promise<readonly SpeechEvent[] | undefined> {
    const { signal } = this.#options.options;
    while (!signal.aborted) {
      try {
        this.#source ??= await this.#choose();
        if (this.#source === undefined) return undefined;
        const events = await this.#source.next();
        if (events !== undefined) return events;
        this.#leave();
      } catch (error) {
        if (signal.aborted) return undefined;
        this.#failOver(error);
      }
    }
    return undefined;
  }

  /** The event goes out: from here on it is on the track. */
  deliver(event: SpeechEvent): VoiceEvent {
    const { track, sampleRateHz } = this.#options;
    const { clause } = event;
    switch (event.type) {
      case 'clause-begun': {
        const { text, fromCharacter } = track.rest(clause);
        track.begun(clause, this.#source?.msPerCharacter ?? 0);
        this.#record(text, fromCharacter);
        return { ...event, fromCharacter };
      }
      case 'speech-audio': {
        const durationMs = (event.samples.length / sampleRateHz) * 1_000;
        track.spoken(clause, durationMs);
        this.#lead.delivered(durationMs);
        break;
      }
      case 'words-timed':
        track.timed(clause, event.words);
        break;
      case 'clause-done':
        track.done(clause);
    }
    this.#recording?.take(event);
    if (event.type === 'clause-done') this.#keep(clause);
    return event;
  }

  /** The listener has taken it: only from now on is there anything to wait for. */
  delivered(): void {
    this.#waiting.sinceMs = this.#options.stage.clock.now();
  }

  [Symbol.dispose](): void {
    this.#leave();
  }

  /** The source of the next clause. */
  async #choose(): Promise<SpeechSource | undefined> {
    const { track, options, stage, pace } = this.#options;
    let clause = track.peek(track.position);
    if (clause === undefined) {
      clause = await track.at(track.position);
      if (clause === undefined || options.signal.aborted) return undefined;
      // The time that the text took is not the voice's.
      this.delivered();
    }
    const isBegun = track.timing(clause.index) !== undefined;
    const phrase = isBegun ? undefined : this.#recall(clause);
    if (phrase !== undefined) return remembered(phrase, clause.index, pace.of(''));
    this.#attempts ??= stage.attempts(options, options.language);
    this.#permit ??= this.#attempts.first();
    if (this.#permit === undefined) throw this.#attempts.exhausted();
    this.#attempt = this.#begin(this.#permit, this.#attempts);
    return this.#attempt;
  }

  #begin(attempt: Attempt<Synthesizer>, attempts: Attempts<Synthesizer>): SpeechAttempt {
    const { stage, track, pace, sampleRateHz, options } = this.#options;
    return new SpeechAttempt({
      attempt,
      stage,
      remaining: () => attempts.remaining,
      track,
      endsBefore: (clause) => this.#recall(clause) !== undefined,
      lead: this.#lead,
      pace,
      waiting: this.#waiting,
      voice: options.voice,
      speed: options.speed,
      language: options.language,
      signal: options.signal,
      onUsed: stage.reporterOf(attempt.candidate.name, options),
      toHz: sampleRateHz,
    });
  }

  /** @throws the error of the failure if no provider is left */
  #failOver(error: unknown): void {
    const { track } = this.#options;
    const [failed, attempts] = [this.#permit, this.#attempts];
    const wasAttempt = this.#attempt !== undefined;
    if (track.failure !== undefined) throw track.failure.error;
    if (!wasAttempt || failed === undefined || attempts === undefined) throw error;
    // Its last words went out before it failed: nothing of the clause is left to say.
    const at = track.peek(track.position);
    if (at !== undefined && track.rest(at.index).text === '') track.done(at.index);
    if (track.isDelivered) {
      failed.failed(error);
      this.#leave();
      return;
    }
    // The provider may continue if it is the only one: from the exact word, nothing is said twice.
    // And the person waits only since the last sound went out.
    const next = attempts.next(failed, error, { waitingSinceMs: this.#waiting.sinceMs });
    this.#leave();
    this.#attempts = attempts;
    this.#permit = next;
    if (next !== undefined) return;
    this.#isExhausted = true;
    const upcoming = track.peek(track.position);
    const isBegun = upcoming !== undefined && track.timing(upcoming.index) !== undefined;
    if (upcoming === undefined || isBegun || this.#recall(upcoming) === undefined) {
      throw attempts.exhausted();
    }
  }

  /** The source has ended: what comes next begins anew. */
  #leave(): void {
    this.#attempt?.[Symbol.dispose]();
    // A provider that was chosen and not asked, because a phrase or the end came first.
    this.#permit?.abandoned();
    this.#source = undefined;
    this.#attempt = undefined;
    this.#recording = undefined;
    this.#attempts = undefined;
    this.#permit = undefined;
  }

  /** A phrase that one provider says from beginning to end is worth keeping. */
  #record(text: string, fromCharacter: number): void {
    const { memory } = this.#options;
    const isWorthIt = this.#attempt !== undefined && fromCharacter === 0 && memory.has(text);
    this.#recording = isWorthIt ? new PhraseRecording() : undefined;
  }

  /** A phrase remembered at one pace or in one language does not serve another. */
  get #manner(): string {
    const { voiceId, options } = this.#options;
    return mannerOf(voiceId, options);
  }

  #keep(index: number): void {
    const { memory, track } = this.#options;
    const voiceId = this.#manner;
    const speaker = this.#permit?.candidate.name;
    const text = track.peek(index)?.text;
    if (this.#recording !== undefined && speaker !== undefined && text !== undefined) {
      memory.keep({ speaker, voiceId, text }, this.#recording);
    }
    this.#recording = undefined;
  }

  #recall(clause: Clause): readonly SpeechEvent[] | undefined {
    const { memory, voiceId, stage, options } = this.#options;
    const { language } = options;
    const phrase = { speaker: stage.active(language), text: clause.text };
    const recalled = memory.recall({ ...phrase, voiceId: this.#manner }, this.#isExhausted);
    // At another pace is better than not at all.
    return (
      recalled ??
      (this.#isExhausted
        ? memory.recall({ ...phrase, voiceId: mannerOf(voiceId, { language }) }, true)
        : undefined)
    );
  }
}

/** A phrase from memory, given at once. */
function remembered(
  phrase: readonly SpeechEvent[],
  clause: number,
  msPerCharacter: number,
): SpeechSource {
  const spoken = phrase.map((event) => ({ ...event, clause }));
  const steps: SpeechEvent[][] = [[{ type: 'clause-begun', clause }, ...spoken]];
  return { msPerCharacter, next: () => Promise.resolve(steps.shift()) };
}
