import type { Reading, SpokenSlot } from '../slot.ts';
import { belowHundred, readNumber } from './number.ts';

/** No list that people say is longer. */
const MAX_NUMBERS = 20;

/** Three numbers or more: `five seven and nine`, `1, 2, 3 and 4`. Two have phrases of their own. */
export const numbersSlot: SpokenSlot<readonly number[]> = {
  rule: {
    name: 'numbers',
    expansion: '<below_hundred> <below_hundred> [<below_hundred>] and <below_hundred>',
    uses: [belowHundred],
  },
  *read(tokens, at): Iterable<Reading<readonly number[]>> {
    const values: number[] = [];
    let end = at;
    while (values.length < MAX_NUMBERS) {
      const linked = tokens[end] === 'and' || tokens[end] === 'plus' ? end + 1 : end;
      // "Five" may begin "five hundred", which is the longest and comes first.
      const next = readNumber(tokens, values.length === 0 ? end : linked)[0];
      if (next === undefined) break;
      values.push(next.value);
      end = next.end;
    }
    if (values.length > 2) yield { value: values, end };
  },
};
