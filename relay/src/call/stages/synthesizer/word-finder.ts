import { wordRanges } from '@parley/shared/heard-words';

/** Words of the text that a voice may pass over without having said any in another spelling. */
const MAX_PASSED_OVER = 2;

/**
 * Finds a voice's words in the text of its clause, each after the one before it: vendors cut words
 * their own way. Each is looked for among the next few words only, because one that is spelled
 * otherwise must not be found at the end of the clause.
 */
export class WordFinder {
  readonly #text: string;
  readonly #ranges: ReturnType<typeof wordRanges>;
  #foundTo: number;
  /** Words of the voice since the last one that was found. */
  #missed = 0;

  /** @param fromCharacter - where the voice began in the text */
  constructor(text: string, fromCharacter: number) {
    this.#text = text;
    this.#ranges = wordRanges(text);
    this.#foundTo = fromCharacter;
  }

  /** @returns which word of the text this one belongs to; undefined if it was not found */
  find(said: string): number | undefined {
    const word = said.trim();
    if (word === '') return undefined;
    const next = this.#ranges.findIndex(({ end }) => end > this.#foundTo);
    const last = this.#ranges[next + MAX_PASSED_OVER + this.#missed];
    const at = this.#text.slice(0, last?.end).indexOf(word, this.#foundTo);
    if (at < 0) {
      this.#missed++;
      return undefined;
    }
    this.#missed = 0;
    this.#foundTo = at + word.length;
    return this.#ranges.findIndex(({ end }) => end >= this.#foundTo);
  }
}
