import { SAMPLE_RATE_HZ } from './voicing.ts';
import type { Decoder, Segment, SoundSwallowerModule } from 'soundswallower';
import { setNetwork } from './decoder-network.ts';
import { readHypothesis } from './jsgf.ts';
import { parseJsgf } from './jsgf-parser.ts';
import { wordNetworkOf, type WordNetwork } from './word-network.ts';

/** Phrases that are easily mistaken for one another: "fifteen" and "fifty". */
type Rivals = readonly string[];

/** Where a rival may have been said. */
interface Slot {
  /** Index of its first word … */
  readonly from: number;
  /** … and of the word behind its last. */
  readonly to: number;
  /** What else may be there. */
  readonly rivals: Rivals;
}

/**
 * Whether a number that was heard could as well be another.
 *
 * "Fifteen" and "fifty" differ in so little sound that the better score is not always right, and a
 * good fit of the words proves nothing: both fit. The proof is by how much the best rival is worse.
 * This measure is the likelihood ratio between the best hypothesis and the next (Rahim, Lee and
 * Juang, "Discriminative utterance verification for connected digits recognition", IEEE Trans.
 * Speech and Audio Processing 5(3), 1997). Scores of two decodings cannot be compared, since the
 * decoder normalises each frame by the phones that are active in it; so all rivals compete in one,
 * and what was heard has a handicap there: if it loses, it was less than that ahead.
 */

/**
 * Natural logarithm, before the decoder weighs it by its `lw` of 6.5. Measured over numbers in three
 * voices at several rates and in noise.
 */
const HANDICAP = 20;
/** Words on either side of the numbers that are decoded again with them: their sound runs into it. */
const CONTEXT_WORDS = 2;
/** The audio begins so much before the first of these words, and ends behind the last. */
const BEFORE_S = 0.1;
const AFTER_S = 0.03;
/** Behind the last word of all there is only silence. */
const AFTER_LAST_S = 0.2;

/** Every other frame is scored: nearly half the time, and the same doubts. */
export const DOUBT_DECODER = { ds: 2 } as const;

export class Doubt {
  readonly #module: SoundSwallowerModule;
  readonly #decoder: Decoder;
  readonly #pronunciationOf: (name: string) => string | null;
  readonly #index: RivalIndex;

  /**
   * @param decoder - with an empty dictionary; it learns the words that it needs
   * @param pronunciationOf - of a name in a whole dictionary: `word`, `word(2)`
   */
  constructor(
    module: SoundSwallowerModule,
    decoder: Decoder,
    pronunciationOf: (name: string) => string | null,
    rivals: readonly Rivals[],
  ) {
    this.#module = module;
    this.#decoder = decoder;
    this.#pronunciationOf = pronunciationOf;
    this.#index = new RivalIndex(rivals);
    for (const word of this.#index.words) this.#learn(word);
  }

  /**
   * @param sentence - as a decoder aligns its words, `b` and `d` in seconds
   * @param audio - what that decoder was given
   */
  async isDoubtful(sentence: Segment, audio: Float32Array): Promise<boolean> {
    const spoken = (sentence.w ?? []).filter(({ t }) => !/^[<[(]/.test(t));
    const words = spoken.map(({ t }) => t.replace(/\(\d+\)$/, ''));
    const slots = this.#index.slotsIn(words);
    const [first, last] = [slots[0], slots.at(-1)];
    if (first === undefined || last === undefined) return false;
    const from = Math.max(0, first.from - CONTEXT_WORDS);
    const to = Math.min(words.length, last.to + CONTEXT_WORDS);
    const said = words.slice(from, to);
    for (const word of said) this.#learn(word);
    const moved = slots.map((slot) => ({ ...slot, from: slot.from - from, to: slot.to - from }));
    setNetwork(this.#module, this.#decoder, rivalNetwork(said, moved, HANDICAP));
    const end = spoken[to - 1]!;
    const afterS = to === words.length ? AFTER_LAST_S : AFTER_S;
    const heard = await this.#decode(
      audio.subarray(
        Math.max(0, Math.floor((spoken[from]!.b - BEFORE_S) * SAMPLE_RATE_HZ)),
        Math.floor((end.b + end.d + afterS) * SAMPLE_RATE_HZ),
      ),
    );
    return heard !== undefined && heard !== said.join(' ');
  }

  /** @returns undefined if nothing of the network was heard to its end */
  async #decode(audio: Float32Array): Promise<string | undefined> {
    this.#decoder.start();
    try {
      this.#decoder.process_audio(audio);
    } finally {
      this.#decoder.stop();
      await this.#decoder.reinitialize_audio();
    }
    const hypothesis = readHypothesis(this.#decoder.get_text());
    return hypothesis.kind === 'words' ? hypothesis.text : undefined;
  }

  #learn(word: string): void {
    if (this.#decoder.lookup_word(word) !== null) return;
    for (let number = 1; ; number += 1) {
      const name = number === 1 ? word : `${word}(${number})`;
      const pronunciation = this.#pronunciationOf(name);
      if (pronunciation === null) return;
      this.#decoder.add_words([name, pronunciation]);
    }
  }
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
