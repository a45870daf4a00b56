import { numberToWords } from '../number-words.ts';
import type { Reading, SpokenSlot } from '../slot.ts';
import { belowHundred, readAmount } from './number.ts';

const UNIT_SECONDS: ReadonlyMap<string, number> = new Map([
  ...['second', 'seconds', 'sec', 'secs', 's'].map((word) => [word, 1] as const),
  ...['minute', 'minutes', 'min', 'mins', 'm'].map((word) => [word, 60] as const),
  ...['hour', 'hours', 'hr', 'hrs', 'h'].map((word) => [word, 3600] as const),
]);

/** A length of time in whole seconds, as in `set a timer for two minutes and ten seconds`. */
export const durationSlot: SpokenSlot<number> = {
  rule: {
    name: 'duration',
    expansion: [
      '<below_hundred> (seconds | minutes | hours)',
      '(one | a) minute [and (a half | <below_hundred> seconds)]',
      '(one | an) hour [and (a half | <below_hundred> minutes)]',
      'half (a minute | an hour)',
      '<below_hundred> minutes and <below_hundred> seconds',
    ].join(' | '),
    uses: [belowHundred],
  },
  read: (tokens, at) => readDuration(tokens, at),
};

/** The same before a noun, as in `a five minute timer`. */
export const durationAdjectiveSlot: SpokenSlot<number> = {
  rule: {
    name: 'duration_adjective',
    expansion: '<below_hundred> (second | minute | hour)',
    uses: [belowHundred],
  },
  read: (tokens, at) => readDuration(tokens, at),
};

/** Parts in ever smaller units: "two hours thirty minutes", never "thirty minutes two hours". */
function* readDuration(
  tokens: readonly string[],
  at: number,
  limitSeconds = Infinity,
): Generator<Reading<number>> {
  for (const amount of readAmount(tokens, at)) {
    const unitSeconds = UNIT_SECONDS.get(tokens[amount.end] ?? '') ?? Infinity;
    if (unitSeconds >= limitSeconds || unitSeconds === Infinity) continue;
    const end = amount.end + 1;
    if (tokens[end] === 'and' && tokens[end + 1] === 'half') {
      yield { value: Math.round((amount.value + 0.5) * unitSeconds), end: end + 2 };
    }
    const value = Math.round(amount.value * unitSeconds);
    const next = tokens[end] === 'and' ? end + 1 : end;
    for (const rest of readDuration(tokens, next, unitSeconds)) {
      yield { value: value + rest.value, end: rest.end };
    }
    yield { value, end };
  }
}

/** 90 → `ninety seconds`, 3,725 → `one hour two minutes five seconds`; `adjective` leaves the units singular. */
export function durationToWords(totalSeconds: number, form: 'noun' | 'adjective' = 'noun'): string {
  const whole = Math.max(0, Math.round(totalSeconds));
  const inSeconds = whole < 100 && whole !== 60;
  const parts = [
    [Math.floor(whole / 3600), 'hour'],
    [inSeconds ? 0 : Math.floor(whole / 60) % 60, 'minute'],
    [inSeconds ? whole : whole % 60, 'second'],
  ] as const;
  const words = parts
    .filter(([amount]) => amount > 0)
    .map(
      ([amount, name]) =>
        `${numberToWords(amount)} ${name}${amount === 1 || form === 'adjective' ? '' : 's'}`,
    );
  return words.length > 0 ? words.join(' ') : `zero second${form === 'adjective' ? '' : 's'}`;
}
