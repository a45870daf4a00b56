/** Numbers as English words, without hyphens and without "and": `one hundred five`. */

export const DIGIT_WORDS: readonly string[] =
  'zero one two three four five six seven eight nine'.split(' ');
export const TEEN_WORDS: readonly string[] =
  'ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ');
export const TENS_WORDS: readonly string[] =
  'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const SMALL = [...DIGIT_WORDS, ...TEEN_WORDS];
const SCALES = [
  ['trillion', 1e12],
  ['billion', 1e9],
  ['million', 1e6],
  ['thousand', 1e3],
] as const;

/** `zero` to `nineteen` → 0–19. */
export const SMALL_VALUES: ReadonlyMap<string, number> = new Map(
  SMALL.map((word, value) => [word, value]),
);
/** `twenty` to `ninety` → 20–90. */
export const TENS_VALUES: ReadonlyMap<string, number> = new Map(
  TENS_WORDS.map((word, index) => [word, (index + 2) * 10]),
);
/** `thousand` to `trillion` → their values. */
export const SCALE_VALUES: ReadonlyMap<string, number> = new Map(SCALES);

/** Larger numbers are refused: doubles lose whole units there, and listeners cannot follow. */
export const LARGEST_SPOKEN = 1e15;

/**
 * @param value any number whose magnitude is below `LARGEST_SPOKEN`; decimals are said digit by
 *   digit as `String(value)` writes them, so round first
 */
export function numberToWords(value: number): string {
  if (!(Math.abs(value) < LARGEST_SPOKEN)) throw new RangeError(`${value} is too large to say`);
  if (value < 0) return `minus ${numberToWords(-value)}`;
  // Six decimals at most: below that String() changes to an exponent.
  const [whole = '0', decimals] = value
    .toFixed(6)
    .replace(/\.?0+$/, '')
    .split('.');
  const words = wholeToWords(Number(whole));
  return decimals === undefined
    ? words
    : `${words} point ${[...decimals].map((d) => SMALL[Number(d)]).join(' ')}`;
}

function wholeToWords(value: number): string {
  if (value < 20) return SMALL[value]!;
  const words: string[] = [];
  let rest = value;
  for (const [name, size] of SCALES) {
    if (rest >= size) words.push(wholeToWords(Math.floor(rest / size)), name);
    rest %= size;
  }
  if (rest >= 100) words.push(SMALL[Math.floor(rest / 100)]!, 'hundred');
  rest %= 100;
  if (rest >= 20) words.push(TENS_WORDS[Math.floor(rest / 10) - 2]!);
  rest = rest >= 20 ? rest % 10 : rest;
  if (rest > 0) words.push(SMALL[rest]!);
  return words.join(' ');
}

const IRREGULAR_ORDINALS: Readonly<Record<string, string>> = {
  one: 'first',
  two: 'second',
  three: 'third',
  five: 'fifth',
  eight: 'eighth',
  nine: 'ninth',
  twelve: 'twelfth',
};

/** 21 → `twenty first`. */
export function ordinalToWords(value: number): string {
  const words = numberToWords(value).split(' ');
  const last = words.pop()!;
  words.push(
    IRREGULAR_ORDINALS[last] ?? (last.endsWith('y') ? `${last.slice(0, -1)}ieth` : `${last}th`),
  );
  return words.join(' ');
}

/** 2026 → `twenty twenty six`, 2005 → `two thousand five`, 1900 → `nineteen hundred`. */
export function yearToWords(year: number): string {
  const century = Math.floor(year / 100);
  const rest = year % 100;
  if (year < 1000 || year > 9999 || (century % 10 === 0 && rest < 10)) return numberToWords(year);
  const tail =
    rest === 0 ? 'hundred' : rest < 10 ? `oh ${numberToWords(rest)}` : numberToWords(rest);
  return `${numberToWords(century)} ${tail}`;
}

/** A number as a voice should say it: `words`, and whether they are exact. */
export interface SpokenNumber {
  readonly words: string;
  readonly exact: boolean;
}

/**
 * Rounds for the ear: not at all if two decimals are enough, else to `decimals` places, or to two
 * significant digits below one.
 *
 * @returns undefined if the number is too large to be said, or not a number
 */
export function spokenNumber(value: number, decimals: number): SpokenNumber | undefined {
  if (!(Math.abs(value) < LARGEST_SPOKEN)) return undefined;
  // Twelve digits hide that 0.1 + 0.2 is not 0.3 in binary.
  const clean = Number(value.toPrecision(12));
  if (Number(clean.toFixed(2)) === clean) return { words: numberToWords(clean), exact: true };
  const size = Math.abs(clean);
  if (size < 0.000_001) return { words: 'almost zero', exact: true };
  const places = size >= 1000 ? 0 : size >= 1 ? decimals : undefined;
  const rounded =
    places === undefined ? Number(clean.toPrecision(2)) : Number(clean.toFixed(places));
  return { words: numberToWords(rounded), exact: rounded === clean };
}

/** `is` or `is about`, and the number. */
export function isNumber({ words, exact }: SpokenNumber): string {
  return exact ? `is ${words}` : `is about ${words}`;
}
