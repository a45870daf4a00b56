import type { TimedWord } from '../../stages/synthesizer.ts';

/** A clause of a reply and where it lies in the reply's audio. */
export interface SpokenClause {
  readonly text: string;
  readonly startMs: number;
  /** Where its audio ends as far as that is known; Infinity until there is any. */
  endMs: number;
  /** It only bridged a wait: it took time, but it is no part of what was said. */
  readonly isAside: boolean;
  /** Where its words lie, from `startMs`, as far as the vendor told. */
  readonly words: readonly TimedWord[];
}

/**
 * The words that were heard when playback stopped at `playedMs`: whole clauses, and of the one
 * that was cut those words that had been spoken to their end; a word half heard was not heard.
 * Where the vendor told no word timing, it is as many words as its share of the time.
 */
export function heardText(clauses: readonly SpokenClause[], playedMs: number): string {
  const heard: string[] = [];
  for (const clause of clauses) {
    const isWhole = playedMs >= Math.max(clause.endMs, timedEndMs(clause));
    const text = isWhole ? clause.text : heardOf(clause, playedMs);
    if (text !== '' && !clause.isAside) heard.push(text);
    if (!isWhole) break;
  }
  return heard.join(' ');
}

/** Audio may still be on its way to us when its words' times are known already. */
function timedEndMs({ words, startMs }: SpokenClause): number {
  const last = words.at(-1);
  return last === undefined ? 0 : startMs + last.endMs;
}

function heardOf(clause: SpokenClause, playedMs: number): string {
  if (clause.words.length > 0) return heardByWords(clause, playedMs - clause.startMs);
  const share = (playedMs - clause.startMs) / (clause.endMs - clause.startMs);
  const words = clause.text.split(' ');
  return words.slice(0, Math.floor(Math.max(0, share) * words.length)).join(' ');
}

/** Vendors cut words their own way, so each is looked up in the text after the one before it. */
function heardByWords({ text, words }: SpokenClause, playedMs: number): string {
  let end = 0;
  for (const word of words) {
    if (word.endMs > playedMs) break;
    const at = text.indexOf(word.text.trim(), end);
    if (at >= 0) end = at + word.text.trim().length;
  }
  if (end === 0) return '';
  const space = text.indexOf(' ', end);
  return space < 0 ? text : text.slice(0, space);
}
