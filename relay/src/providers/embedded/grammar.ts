/** What the embedded recogniser can hear: a closed grammar, generated from the skills. */
export interface SpeechGrammar {
  /** JSGF rule definitions, without header or public rule. */
  readonly rules: string;
  /** Name of the rule that matches a whole utterance, without angle brackets. */
  readonly utterance: string;
  /** Words the recogniser's dictionary lacks → ARPAbet pronunciations. */
  readonly pronunciations: Readonly<Record<string, readonly string[]>>;
  /**
   * Prior of the branch that refuses what is out of grammar, between 0 and 1; 0.5 where absent.
   * Works by its logarithm: half of it changes little, a hundredth of it a good deal.
   */
  readonly rejectWeight?: number;
}
