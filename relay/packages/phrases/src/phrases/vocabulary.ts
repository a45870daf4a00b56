import type { Reading, SpokenSlot } from './slot.ts';
import { tokensOf } from './tokens.ts';

export interface VocabularyEntry<Value> {
  readonly value: Value;
  /** Forms that may be spoken or typed. */
  readonly spoken: readonly string[];
  /** Forms that may only be typed, such as abbreviations. */
  readonly typed?: readonly string[];
}

/** A slot that is one of a list of words or expressions; the longest that fits is read first. */
export function vocabularySlot<Value>(
  ruleName: string,
  entries: readonly VocabularyEntry<Value>[],
): SpokenSlot<Value> {
  const forms = entries
    .flatMap(({ value, spoken, typed = [] }) =>
      [...spoken, ...typed].map((form) => ({ tokens: tokensOf(form), value })),
    )
    .toSorted((a, b) => b.tokens.length - a.tokens.length);
  const byFirstToken = Map.groupBy(forms, ({ tokens }) => tokens[0] ?? '');
  return {
    rule: {
      name: ruleName,
      expansion: [...new Set(entries.flatMap(({ spoken }) => spoken))].join(' | '),
    },
    *read(tokens, at): Iterable<Reading<Value>> {
      for (const form of byFirstToken.get(tokens[at] ?? '') ?? []) {
        if (form.tokens.every((token, index) => tokens[at + index] === token)) {
          yield { value: form.value, end: at + form.tokens.length };
        }
      }
    },
  };
}
