import type { Reading, Slot } from '../language/slot.ts';

/** Any words at all, fewest first. It cannot be spoken: a closed grammar has no such thing. */
export const freeTextSlot: Slot<string> = {
  *read(tokens, at): Iterable<Reading<string>> {
    for (let end = at + 1; end <= tokens.length; end += 1) {
      yield { value: tokens.slice(at, end).join(' '), end };
    }
  },
};
