import type { Reading, Rule, Slot, VocabularyEntry } from './slot.ts';
import { tokensOf } from './tokens.ts';

/** A slot that is one of a list of words or expressions; the longest that fits is read first. */
export function vocabularySlot<Value>(
  ruleName: string,
  entries: readonly VocabularyEntry<Value>[],
  pronunciations: NonNullable<Rule['pronunciations']> = {},
): Slot<Value> & { readonly rule: Rule } {
  const byFirstToken = new Map<
    string,
    { readonly tokens: readonly string[]; readonly value: Value }[]
  >();
  for (const { value, spoken, typed = [] } of entries) {
    for (const form of [...spoken, ...typed]) {
      const tokens = tokensOf(form);
      const [first = ''] = tokens;
      const bucket = byFirstToken.get(first) ?? [];
      byFirstToken.set(first, bucket);
      bucket.push({ tokens, value });
    }
  }
  for (const bucket of byFirstToken.values())
    bucket.sort((a, b) => b.tokens.length - a.tokens.length);
  return {
    rule: {
      name: ruleName,
      expansion: [...new Set(entries.flatMap(({ spoken }) => spoken))].join(' | '),
      pronunciations,
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
