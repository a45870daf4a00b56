import { toSpokenText } from './spoken-text.ts';
import type { Pauses } from './trim-silence.ts';

/** Memory and time grow with the length of what is synthesised at once. */
const MAX_PIECE_CHARACTERS = 150;

/** Not a moment: every answer would begin with that wait. */
const BEFORE_MS = 0;
const PAUSE_MS = { sentence: 250, clause: 140, withinClause: 60 } as const;
/** A part of a clause that is synthesised at once. */
export interface Piece {
  readonly text: string;
  readonly pauses: Pauses;
}

/** What is synthesised at once; nothing for a clause that no voice could say. */
export function piecesOf(clause: string, speed: number): readonly Piece[] {
  const pieces = splitIntoPieces(toSpokenText(clause));
  const endMs = /[.?!]["')]*\s*$/.test(clause) ? PAUSE_MS.sentence : PAUSE_MS.clause;
  return pieces.map((text, index) => ({
    text,
    pauses: {
      beforeMs: BEFORE_MS,
      afterMs: Math.round((index === pieces.length - 1 ? endMs : PAUSE_MS.withinClause) / speed),
    },
  }));
}

/**
 * Cuts text into pieces of at most `limit` characters: behind the last punctuation mark that leaves
 * a piece of some length, else between words, else, in a word longer than that, anywhere. Each
 * piece is spoken by itself, so that a cut is heard as a short pause.
 */
export function splitIntoPieces(text: string, limit = MAX_PIECE_CHARACTERS): string[] {
  const pieces: string[] = [];
  let rest = text.trim();
  while (rest.length > limit) {
    const cut = cutPosition(rest, limit);
    pieces.push(rest.slice(0, cut).trim());
    rest = rest.slice(cut).trim();
  }
  if (rest !== '') pieces.push(rest);
  return pieces;
}

function cutPosition(text: string, limit: number): number {
  // One character more, so that a word which ends exactly at the limit stays whole.
  const window = text.slice(0, limit + 1);
  const pause = lastMatchEnd(window, /[,;:.!?](?=\s)/g);
  if (pause >= limit / 3) return pause;
  const space = window.lastIndexOf(' ');
  return space > 0 ? space : limit;
}

function lastMatchEnd(text: string, pattern: RegExp): number {
  let end = 0;
  for (const match of text.matchAll(pattern)) end = match.index + match[0].length;
  return end;
}
