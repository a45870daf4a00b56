import type { Calculation } from '../phrases/slots/calculation.ts';
import type { Unit } from '../phrases/slots/units.ts';
import type { ToolContext } from './tool.ts';

/** What was spoken of last, for phrases that mean nothing alone: "and in London?", "double that". */
export type Topic =
  | { readonly kind: 'time' | 'day' }
  | { readonly kind: 'number'; readonly value: Calculation }
  | { readonly kind: 'conversion'; readonly from: Unit; readonly to: Unit }
  | { readonly kind: 'timer'; readonly seconds: number }
  | { readonly kind: 'repeatable'; readonly again: Answer };

/** What an answer may depend on besides the words themselves. */
export interface PhraseContext extends ToolContext {
  /** Suggestions for a person who does not know what to say. */
  readonly suggestions: readonly string[];
  /** What was spoken of just before. */
  readonly topic?: Topic | undefined;
}

/** An answer in words a voice can say; empty if silence is the answer. */
export type Answer = (context: PhraseContext) => string;
