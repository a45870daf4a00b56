/** A named JSGF rule: what a recogniser may hear in one place. */
export interface Rule {
  /** Letters and underscores; unique over the whole grammar. */
  readonly name: string;
  /** A template whose `<references>` are the names of `uses`. */
  readonly expansion: string;
  readonly uses?: readonly Rule[];
  /** Words the recogniser's dictionary lacks → ARPAbet pronunciations. */
  readonly pronunciations?: Readonly<Record<string, readonly string[]>>;
}

/** One way to read the tokens from a position: the value, and the position behind it. */
export interface Reading<Value> {
  readonly value: Value;
  readonly end: number;
}

/**
 * A typed blank in a phrase. What can be heard there (`rule`) and how it is read (`read`) live
 * side by side, so that nothing can be recognised that is not understood.
 */
export interface Slot<Value> {
  /** Absent where the blank can only be filled by typed text. */
  readonly rule?: Rule;
  /** Every way to read `tokens` from `at`, the most likely first. */
  read(tokens: readonly string[], at: number): Iterable<Reading<Value>>;
}

export interface VocabularyEntry<Value> {
  readonly value: Value;
  /** Forms that may be spoken or typed. */
  readonly spoken: readonly string[];
  /** Forms that may only be typed, such as abbreviations. */
  readonly typed?: readonly string[];
}
