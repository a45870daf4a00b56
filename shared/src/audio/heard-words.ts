/** Where the words of one clause of a reply lie in the reply's audio. */
export interface ClauseTiming {
  readonly text: string;
  /** Where its audio begins, ms from the start of the reply's audio. */
  readonly startMs: number;
  /** Length of its audio, as far as it is known or expected; 0 if it is not spoken. */
  readonly audioMs: number;
  /**
   * The ends of its first words, ms from `startMs`, not decreasing: as many as the voice has
   * reported. A word is what stands between white space.
   */
  readonly wordEndsMs: readonly number[];
}

/** A place between two words of a reply. */
export interface HeardPosition {
  /** Index of the first clause that was not heard to its end; the number of clauses if all were. */
  readonly clause: number;
  /** Words of that clause that were heard. */
  readonly words: number;
}

/** Sample counts and vendors' times are rounded. */
const TOLERANCE_MS = 0.5;

/**
 * The one answer to "what was heard": history, captions and a voice that resumes in the middle of a
 * clause all ask here. A word counts once it was spoken to its end.
 *
 * @param playedMs - the playback position in the reply's audio
 */
export function heardWords(clauses: readonly ClauseTiming[], playedMs: number): HeardPosition {
  for (const [clause, timing] of clauses.entries()) {
    const words = wordsHeardOf(timing, playedMs);
    if (words < wordRanges(timing.text).length) return { clause, words };
  }
  return { clause: clauses.length, words: 0 };
}

/**
 * How many words of one clause were heard. If the voice reported no times, a word's place is its
 * share of the clause's length when it is said.
 */
export function wordsHeardOf(timing: ClauseTiming, playedMs: number): number {
  const positionMs = playedMs - timing.startMs + TOLERANCE_MS;
  if (positionMs < TOLERANCE_MS) return 0;
  return wordEnds(timing).findLastIndex((endMs) => endMs <= positionMs) + 1;
}

/** The end of each word, ms from the clause's start: reported by the voice, else estimated. */
export function wordEnds({ text, audioMs, wordEndsMs }: ClauseTiming): readonly number[] {
  const words = wordRanges(text);
  const told = wordEndsMs.slice(0, words.length);
  const toldMs = told.at(-1) ?? 0;
  const lengths = words.map(({ end }) => spokenLength(text.slice(0, end)));
  const toldLength = lengths[told.length - 1] ?? 0;
  const msPerCharacter =
    Math.max(0, audioMs - toldMs) / Math.max(1, (lengths.at(-1) ?? 0) - toldLength);
  const estimated = lengths
    .slice(told.length)
    .map((length) => toldMs + (length - toldLength) * msPerCharacter);
  return [...told, ...estimated];
}

/** Characters, of which a figure is said with five: "2:39" is "two thirty nine". */
function spokenLength(text: string): number {
  return text.length + 4 * text.replaceAll(/\D/g, '').length;
}

/** The first `count` words of a text, with what stands between them. */
export function firstWords(text: string, count: number): string {
  return text.slice(0, wordRanges(text).slice(0, count).at(-1)?.end ?? 0);
}

/** Where the word after the first `count` begins, characters; the text's length if there is none. */
export function wordStart(text: string, count: number): number {
  return wordRanges(text)[count]?.start ?? text.length;
}

/** Where each word of a text begins and ends, characters. */
export function wordRanges(
  text: string,
): readonly { readonly start: number; readonly end: number }[] {
  return [...text.matchAll(/\S+/g)].map(({ index, 0: word }) => ({
    start: index,
    end: index + word.length,
  }));
}
