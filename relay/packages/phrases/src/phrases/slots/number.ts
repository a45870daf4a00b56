import {
  DIGIT_WORDS,
  SCALE_VALUES,
  SMALL_VALUES,
  TEEN_WORDS,
  TENS_VALUES,
  TENS_WORDS,
} from '../number-words.ts';
import type { Reading, Rule, SpokenSlot } from '../slot.ts';

/** 1 to 9. */
export const digit: Rule = { name: 'digit', expansion: DIGIT_WORDS.slice(1).join(' | ') };

/** 1 to 99. */
export const belowHundred: Rule = {
  name: 'below_hundred',
  expansion: `<digit> | ${TEEN_WORDS.join(' | ')} | (${TENS_WORDS.join(' | ')}) [<digit>]`,
  uses: [digit],
};

/** 1 to 999. */
export const belowThousand: Rule = {
  name: 'below_thousand',
  expansion: '<below_hundred> | (a | <digit>) hundred [[and] <below_hundred>]',
  uses: [digit, belowHundred],
};

/** Zero to a million, and one decimal. */
const spokenNumber: Rule = {
  name: 'number',
  expansion:
    'zero [point <digit>] | <below_thousand> [thousand [[and] <below_thousand>] | point <digit>] | (a | one) million',
  uses: [digit, belowHundred, belowThousand],
};

export const numberSlot: SpokenSlot<number> = {
  rule: spokenNumber,
  read: readNumber,
};

/** A number that is small and whole when spoken; recognition is surer the fewer there are. */
export const smallNumberSlot: SpokenSlot<number> = {
  rule: belowThousand,
  read: readNumber,
};

/**
 * Reads digits (`3.5`, `5 million`) and words (`two hundred and five`, `minus one point two`,
 * `two and a half`), every prefix that is a number, the longest first.
 */
export function readNumber(tokens: readonly string[], at: number): Reading<number>[] {
  const negative = tokens[at] === 'minus' || tokens[at] === 'negative';
  const start = negative ? at + 1 : at;
  const readings: Reading<number>[] = [];
  for (const whole of readScaled(tokens, start, Infinity)) {
    readings.push(whole, ...readFraction(tokens, whole));
  }
  const sign = negative ? -1 : 1;
  return readings
    .map(({ value, end }) => ({ value: sign * value, end }))
    .toSorted((a, b) => b.end - a.end);
}

/** What may stand before a unit: a number, `half`, or no word at all if an article was dropped. */
export function readAmount(tokens: readonly string[], at: number): Reading<number>[] {
  const amounts = tokens[at] === 'half' ? [{ value: 0.5, end: at + 1 }] : readNumber(tokens, at);
  return [...amounts, { value: 1, end: at }];
}

/** Groups of three digits, each under a smaller scale than the one before it. */
function readScaled(tokens: readonly string[], at: number, limit: number): Reading<number>[] {
  const readings: Reading<number>[] = [];
  for (const group of readGroup(tokens, at)) {
    readings.push(group);
    const scale = SCALE_VALUES.get(tokens[group.end] ?? '');
    if (scale === undefined || scale >= limit) continue;
    readings.push(...readRest({ value: group.value * scale, end: group.end + 1 }, tokens, scale));
  }
  // "A thousand": its article has been dropped.
  const bare = SCALE_VALUES.get(tokens[at] ?? '');
  if (bare !== undefined && bare < limit)
    readings.push(...readRest({ value: bare, end: at + 1 }, tokens, bare));
  return readings;
}

function readRest(
  head: Reading<number>,
  tokens: readonly string[],
  limit: number,
): Reading<number>[] {
  const next = tokens[head.end] === 'and' ? head.end + 1 : head.end;
  const tails = readScaled(tokens, next, limit).filter(({ value }) => value < limit);
  return [head, ...tails.map(({ value, end }) => ({ value: head.value + value, end }))];
}

/** Digits of any size, or words up to 999; "twelve hundred" counts as such. */
function readGroup(tokens: readonly string[], at: number): Reading<number>[] {
  const first = tokens[at] ?? '';
  if (/^\d/.test(first)) return [{ value: Number(first), end: at + 1 }];
  const readings = [...readBelowHundred(tokens, at)];
  const heads = first === 'hundred' ? [{ value: 1, end: at }] : readings.slice();
  for (const head of heads) {
    if (head.value === 0 || tokens[head.end] !== 'hundred') continue;
    const hundred = { value: head.value * 100, end: head.end + 1 };
    const next = tokens[hundred.end] === 'and' ? hundred.end + 1 : hundred.end;
    readings.push(hundred);
    for (const tail of readBelowHundred(tokens, next)) {
      if (tail.value > 0) readings.push({ value: hundred.value + tail.value, end: tail.end });
    }
  }
  return readings;
}

function* readBelowHundred(tokens: readonly string[], at: number): Generator<Reading<number>> {
  const first = tokens[at] ?? '';
  const small = SMALL_VALUES.get(first);
  if (small !== undefined) yield { value: small, end: at + 1 };
  const tens = TENS_VALUES.get(first);
  if (tens === undefined) return;
  yield { value: tens, end: at + 1 };
  const unit = SMALL_VALUES.get(tokens[at + 1] ?? '');
  if (unit !== undefined && unit > 0 && unit < 10) yield { value: tens + unit, end: at + 2 };
}

function* readFraction(
  tokens: readonly string[],
  whole: Reading<number>,
): Generator<Reading<number>> {
  if (tokens[whole.end] === 'and' && tokens[whole.end + 1] === 'half') {
    yield { value: whole.value + 0.5, end: whole.end + 2 };
  }
  if (tokens[whole.end] !== 'point') return;
  let digits = '';
  for (let end = whole.end + 1; end < tokens.length && digits.length < 12; end += 1) {
    const value = tokens[end] === 'oh' ? 0 : SMALL_VALUES.get(tokens[end]!);
    if (value === undefined || value > 9) return;
    digits += String(value);
    yield { value: Number(`${whole.value}.${digits}`), end: end + 1 };
  }
}
