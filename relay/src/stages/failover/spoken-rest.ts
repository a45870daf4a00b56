import type { TimedWord } from '../synthesizer.ts';

/** What is known of a clause whose audio broke off. */
export interface BrokenOff {
  readonly text: string;
  /** Audio of it that was delivered. */
  readonly deliveredMs: number;
  /** Where its words lie in its audio, in order, as far as the vendor told. */
  readonly words: readonly TimedWord[];
  /** How long this voice takes for a character, spaces included. */
  readonly msPerCharacter: number;
}

/** Rounding of sample counts and of vendors' times. */
const TOLERANCE_MS = 1;

/**
 * The words that are still to be spoken; empty where none is. A word that was cut off is spoken
 * again from its start: half a word is none.
 *
 * Where the vendor timed the words, they are counted; beyond the last one it timed, and where it
 * timed none, the audio's length says how many characters were spoken.
 *
 * @returns the end of `text` from a word's start
 */
export function restOf({ text, deliveredMs, words, msPerCharacter }: BrokenOff): string {
  const inText = [...text.matchAll(/\S+/g)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }));
  const out = words.filter(({ endMs }) => endMs <= deliveredMs + TOLERANCE_MS).length;
  // One that was begun lies in the audio: it was not spoken to its end, whatever its length says.
  if (out < words.length) return from(inText[out]?.start);
  const timedMs = words.at(-1)?.endMs ?? 0;
  const timedCharacters = out === 0 ? 0 : (inText[out - 1]?.end ?? text.length);
  const spokenTo =
    timedCharacters + (deliveredMs - timedMs + TOLERANCE_MS) / Math.max(1, msPerCharacter);
  return from(inText.slice(out).find(({ end }) => end > spokenTo)?.start);

  function from(start: number | undefined): string {
    return start === undefined ? '' : text.slice(start);
  }
}
