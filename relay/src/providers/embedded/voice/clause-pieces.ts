/** Memory and time grow with the length of what is synthesised at once. */
export const MAX_PIECE_CHARACTERS = 150;

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
