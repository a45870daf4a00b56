import { LARGEST_SPOKEN, numberToWords } from './number-words.ts';

/** A number as a voice should say it: `words`, and whether they are exact. */
export interface SpokenNumber {
  readonly words: string;
  readonly exact: boolean;
}

/**
 * Rounds for the ear: as it is where two decimals hold it, else to `decimals` places, or to two
 * significant digits below one.
 *
 * @returns undefined where the number is too large to be said, or not a number
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

/** Begins with a capital letter. */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[], conjunction = 'and'): string {
  if (items.length <= 1) return items.join('');
  return `${items.slice(0, -1).join(', ')} ${conjunction} ${items.at(-1)}`;
}

/** `random` is from 0 up to but not including 1. */
export function pick<Item>(items: readonly [Item, ...Item[]], random: () => number): Item {
  return items[Math.floor(random() * items.length)] ?? items[0];
}

/** One of `items` that `avoid` does not contain, so that nobody hears the same joke twice running. */
export function pickOther(
  items: readonly [string, ...string[]],
  random: () => number,
  avoid: string | undefined,
): string {
  const [first, ...rest] = items.filter((item) => avoid?.includes(item) !== true);
  return first === undefined ? pick(items, random) : pick([first, ...rest], random);
}

/** Cuts a reply where one sentence ends and the next begins; joined again they are the reply. */
export function sentencesOf(reply: string): string[] {
  return reply.match(/.+?(?:[.?](?=\s|$)\s*|$)/gs) ?? [];
}
