/** Text in, speech out. */
export interface Synthesizer {
  readonly name: string;
  readonly sampleRateHz: number;
  readonly voices: readonly Voice[];
  /**
   * Speaks clause by clause, as the text arrives.
   *
   * Each clause gives one `clause-started` and then its audio, in order.
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
}

export type SpeechEvent =
  | { readonly type: 'clause-started'; readonly text: string }
  /** PCM16 mono at `sampleRateHz`, any length; the receiver owns it. */
  | { readonly type: 'speech-audio'; readonly samples: Int16Array };
