import type { SpeechEvent, SynthesisOptions, Synthesizer, Voice } from '../synthesizer.ts';
import { ClauseLedger } from './clause-ledger.ts';
import { ListenerLead } from './listener-lead.ts';
import { SpeakingPace } from './speaking-pace.ts';
import { SpeechAttempt } from './speech-attempt.ts';
import type { StageCandidates } from './stage-candidates.ts';

/** Of text without audio, where nobody speaks at all. */
const UNSPOKEN_HZ = 24_000;

/**
 * Several synthesizers as one voice: nothing is said twice and nothing is dropped.
 *
 * Where one fails between two clauses, the next goes on with the next clause. Where one fails in
 * the middle of a clause that was already going out, the next goes on with the words that were not
 * spoken yet: a second `clause-started` gives just these, the last words of the clause that was
 * announced before, and what follows (audio, word times) belongs to them. Whoever shows captions
 * has shown these words already. Where nobody is left to go on, these words are announced all the
 * same, and the failure follows instead of their audio.
 *
 * All audio leaves at the first candidate's rate; its voices are the ones to choose from.
 */
export class ResilientSynthesizer implements Synthesizer {
  readonly sampleRateHz: number;
  readonly voices: readonly Voice[];
  readonly #stage: StageCandidates<Synthesizer>;
  readonly #pace = new SpeakingPace();

  constructor(stage: StageCandidates<Synthesizer>) {
    const first = stage.candidates[0]?.provider;
    this.#stage = stage;
    this.sampleRateHz = first?.sampleRateHz ?? UNSPOKEN_HZ;
    this.voices = first?.voices ?? [];
  }

  get name(): string {
    return this.#stage.active;
  }

  prepare(): () => void {
    return this.#stage.prepare();
  }

  async *synthesize(
    clauses: AsyncIterable<string>,
    options: SynthesisOptions,
  ): AsyncGenerator<SpeechEvent, void, undefined> {
    const { signal } = options;
    if (signal.aborted) return;
    const attempts = this.#stage.attempts(options);
    let next = attempts.first();
    if (next === undefined) throw attempts.exhausted();
    const ledger = new ClauseLedger(clauses);
    const lead = new ListenerLead(this.#stage.clock);
    const waiting = { sinceMs: this.#stage.clock.now() };
    try {
      while (next !== undefined) {
        using attempt = new SpeechAttempt({
          attempt: next,
          stage: this.#stage,
          left: () => attempts.remaining,
          ledger,
          lead,
          waiting,
          pace: this.#pace,
          voice: options.voice,
          signal,
          toHz: this.sampleRateHz,
        });
        try {
          yield* attempt.run();
          return;
        } catch (error) {
          if (signal.aborted) return;
          if (ledger.failure !== undefined) throw ledger.failure.error;
          attempt.settle();
          if (ledger.isDone) {
            // The last words had gone out when it failed: that is between it and us.
            next.failed(error);
            return;
          }
          // It may be retried if it is alone: from the exact word, nothing is said twice. And the
          // person waits only since the last sound went out.
          next = attempts.next(next, error, { waitingSinceMs: waiting.sinceMs });
        }
      }
      const { rest } = ledger;
      if (rest !== undefined) yield { type: 'clause-started', text: rest };
      throw attempts.exhausted();
    } finally {
      ledger.close();
    }
  }
}
