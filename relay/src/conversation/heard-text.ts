/** A clause of a reply and where it lies in the reply's audio. */
export interface SpokenClause {
  readonly text: string;
  readonly startMs: number;
  /** Where its audio ends as far as that is known; Infinity until there is any. */
  endMs: number;
}

/**
 * The words that were heard when playback stopped at `playedMs`: whole clauses, and of the one
 * that was cut as many words as its share of the time, rounded down, because a word half heard
 * was not heard.
 */
export function heardText(clauses: readonly SpokenClause[], playedMs: number): string {
  const heard: string[] = [];
  for (const clause of clauses) {
    if (playedMs >= clause.endMs) {
      heard.push(clause.text);
      continue;
    }
    const share = (playedMs - clause.startMs) / (clause.endMs - clause.startMs);
    const words = clause.text.split(' ');
    const count = Math.floor(Math.max(0, share) * words.length);
    if (count > 0) heard.push(words.slice(0, count).join(' '));
    break;
  }
  return heard.join(' ');
}
