import { tokensOf } from './tokens.ts';

/** A named JSGF rule: what a recogniser may hear in one place. */
export interface Rule {
  /** Letters and underscores; unique over the whole grammar. */
  readonly name: string;
  /** A template whose `<references>` are the names of `uses`. */
  readonly expansion: string;
  readonly uses?: readonly Rule[];
}

/** One way to read the tokens from a position: the value, and the position behind it. */
export interface Reading<Value> {
  readonly value: Value;
  readonly end: number;
}

/**
 * A blank in a phrase, with the type of what fills it. What can be heard there (`rule`) and how it
 * is read (`read`) stand side by side, so that the recogniser hears only what is understood.
 */
export interface Slot<Value> {
  /** Absent if the blank can only be filled by typed text. */
  readonly rule?: Rule;
  /** Every way to read `tokens` from `at`, the most likely first. */
  read(tokens: readonly string[], at: number): Iterable<Reading<Value>>;
}

/** A slot that can also be filled by speech. */
export type SpokenSlot<Value> = Slot<Value> & { readonly rule: Rule };

/** Reads the whole text as what fills the slot; undefined if that cannot be done. */
export function readWhole<Value>(slot: Slot<Value>, text: string): Value | undefined {
  const tokens = tokensOf(text);
  for (const { value, end } of slot.read(tokens, 0)) if (end === tokens.length) return value;
  return undefined;
}
