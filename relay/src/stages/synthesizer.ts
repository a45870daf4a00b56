import type { Failover, Provider } from './provider.ts';

/** Text in, speech out. */
export interface Synthesizer extends Provider {
  readonly sampleRateHz: number;
  readonly voices: readonly Voice[];
  /**
   * Speaks clause by clause, as the text arrives.
   *
   * Each clause gives one `clause-started` and then its audio, in order: all audio of a clause
   * comes before the next clause starts. Clauses are read ahead only as far as the vendor needs.
   *
   * @throws ParleyError `synthesizer_failed` or `capacity_exhausted`. Ends early, without an
   *   error, when aborted.
   */
  synthesize(clauses: AsyncIterable<string>, options: SynthesisOptions): AsyncIterable<SpeechEvent>;
}

export interface Voice {
  readonly id: string;
  /** For people, e.g. `Rosa, American English`. */
  readonly label: string;
}

export interface SynthesisOptions {
  /** A `Voice.id`; an unknown one is spoken by the first voice. */
  readonly voice: string;
  readonly signal: AbortSignal;
  /** Told when another provider takes over. */
  readonly onFailover?: (failover: Failover) => void;
}

export interface TimedWord {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

export type SpeechEvent =
  | { readonly type: 'clause-started'; readonly text: string }
  /** Where words lie in the clause's audio, from its start, as far as the vendor tells. */
  | { readonly type: 'words-timed'; readonly words: readonly TimedWord[] }
  /** PCM16 mono at `sampleRateHz`, any length; the receiver owns it. */
  | { readonly type: 'speech-audio'; readonly samples: Int16Array };
