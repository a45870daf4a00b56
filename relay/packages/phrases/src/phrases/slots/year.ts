import { SMALL_VALUES } from '../number-words.ts';
import type { Reading, SpokenSlot } from '../slot.ts';
import { belowHundred, readNumber } from './number.ts';

/** 1000 to 2999 as years are said: `nineteen eighty five`, `twenty oh six`, `two thousand one`. */
export const yearSlot: SpokenSlot<number> = {
  rule: {
    name: 'year',
    expansion: '(nineteen | twenty) <below_hundred> | two thousand [<below_hundred>]',
    uses: [belowHundred],
  },
  read: readYear,
};

export function* readYear(tokens: readonly string[], at: number): Generator<Reading<number>> {
  for (const century of readNumber(tokens, at)) {
    if (!Number.isInteger(century.value) || century.value < 10) continue;
    if (century.value >= 1000 && century.value < 3000) yield century;
    if (century.value > 29) continue;
    if (tokens[century.end] === 'oh') {
      const units = SMALL_VALUES.get(tokens[century.end + 1] ?? '') ?? 10;
      if (units < 10) yield { value: century.value * 100 + units, end: century.end + 2 };
    }
    for (const rest of readNumber(tokens, century.end)) {
      if (!Number.isInteger(rest.value) || rest.value < 1 || rest.value > 99) continue;
      yield { value: century.value * 100 + rest.value, end: rest.end };
    }
  }
}
