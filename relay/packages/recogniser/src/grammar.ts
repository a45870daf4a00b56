/** What the embedded recogniser can hear: a closed grammar, generated from the capabilities. */
export interface SpeechGrammar {
  /** JSGF rule definitions, without header or public rule. */
  readonly rules: string;
  /** Name of the rule that matches a whole utterance, without angle brackets. */
  readonly utterance: string;
  /** Words → ARPAbet pronunciations, beside those of the recogniser's dictionary, if it has any. */
  readonly pronunciations: Readonly<Record<string, readonly string[]>>;
  /** Name of the rule for what most people say, which needs less evidence; if absent, all does. */
  readonly usual?: string;
  /**
   * Sets of phrases that are easily mistaken for one another, such as all numbers: one with little
   * lead over another makes the heard words doubtful.
   */
  readonly rivals?: readonly (readonly string[])[];
  /**
   * Prior of the branch that refuses what is out of grammar, between 0 and 1; 0.5 if absent.
   * Works by its logarithm, so that 0.5 and 0.01 hardly differ; 1e-12 refuses clearly less.
   * No smaller than 1e-20.
   */
  readonly rejectWeight?: number;
}
