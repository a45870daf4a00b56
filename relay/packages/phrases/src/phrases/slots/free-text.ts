import type { Reading, Slot } from '../slot.ts';

/** Any words, fewest first. It can only be typed: a closed grammar cannot hold it. */
export const freeTextSlot: Slot<string> = {
  *read(tokens, at): Iterable<Reading<string>> {
    for (let end = at + 1; end <= tokens.length; end += 1) {
      yield { value: tokens.slice(at, end).join(' '), end };
    }
  },
};

/** Any one word, which only typing can give. */
export const anyWordSlot: Slot<string> = {
  *read(tokens, at): Iterable<Reading<string>> {
    const word = tokens[at];
    if (word !== undefined && /^[\p{L}\p{M}']+$/u.test(word)) yield { value: word, end: at + 1 };
  },
};
