import { parseJsgf } from './jsgf-parser.ts';
import { wordNetworkOf, type WordNetwork } from './word-network.ts';

/** Phrases that are easily taken for one another: "fifteen" and "fifty". */
export type Rivals = readonly string[];

/** Where a rival may have been said. */
export interface Slot {
  /** Index of its first word … */
  readonly from: number;
  /** … and of the word behind its last. */
  readonly to: number;
  /** What else may be there. */
  readonly rivals: Rivals;
}

/** Finds the phrases that have rivals, the longest first: "thirty five" is one number. */
export class RivalIndex {
  readonly #byPhrase = new Map<string, Rivals>();
  readonly #longest: number = 0;
  /** Each word of them once. */
  readonly words: ReadonlySet<string>;

  constructor(sets: readonly Rivals[]) {
    for (const set of sets) {
      for (const phrase of set) {
        this.#byPhrase.set(phrase, set);
        this.#longest = Math.max(this.#longest, phrase.split(' ').length);
      }
    }
    this.words = new Set([...this.#byPhrase.keys()].flatMap((phrase) => phrase.split(' ')));
  }

  slotsIn(words: readonly string[]): readonly Slot[] {
    const slots: Slot[] = [];
    for (let from = 0; from < words.length;) {
      const slot = this.#slotAt(words, from);
      if (slot !== undefined) slots.push(slot);
      from = slot?.to ?? from + 1;
    }
    return slots;
  }

  #slotAt(words: readonly string[], from: number): Slot | undefined {
    for (let length = Math.min(this.#longest, words.length - from); length > 0; length -= 1) {
      const to = from + length;
      const phrase = words.slice(from, to).join(' ');
      const set = this.#byPhrase.get(phrase);
      if (set !== undefined) return { from, to, rivals: set.filter((rival) => rival !== phrase) };
    }
    return undefined;
  }
}

/**
 * The words beside all that differ from them in one or several slots.
 *
 * @param handicap - how much less likely each slot's own words are than a rival, natural logarithm
 */
export function rivalNetwork(
  words: readonly string[],
  slots: readonly Slot[],
  handicap: number,
): WordNetwork {
  const parts: string[] = [];
  const own = Math.exp(-handicap);
  let at = 0;
  for (const { from, to, rivals } of slots) {
    parts.push(...words.slice(at, from));
    const others = rivals.map((rival) => `/1/ ${rival}`);
    parts.push(`(${[`/${own}/ ${words.slice(from, to).join(' ')}`, ...others].join(' | ')})`);
    at = to;
  }
  parts.push(...words.slice(at));
  return wordNetworkOf(parseJsgf(`<said> = ${parts.join(' ')};`), 'said');
}
