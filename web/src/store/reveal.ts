/** A stretch of a reply's text, and where in the reply's audio it begins. */
export interface ReplyChunk {
  readonly index: number;
  readonly text: string;
  /** ms from the start of the reply's audio; null where it is not spoken. */
  readonly audioStartMs: number | null;
  /** Whether the page's own voice speaks it. */
  readonly byPage: boolean;
}

/** How far the voices have come. */
export interface VoicePosition {
  /** How much of the reply's audio has left the speaker. */
  readonly playedMs: number;
  /** The chunk that the page's own voice has come to; null while it has not begun. */
  readonly voicedIndex: number | null;
}

export interface RevealedText {
  /** What has been heard, or may be read because it is not spoken. */
  readonly heard: string;
  /** What comes after it. */
  readonly unheard: string;
  /** As much of `unheard` as belongs to stretches that have begun. */
  readonly begun: string;
}

/**
 * Speaking pace used for the last chunk, whose end is not known until the next one begins.
 * About 16 characters a second: 190 words a minute, the pace of the common synthetic voices.
 */
export const ASSUMED_MS_PER_CHARACTER = 62;

/**
 * Splits a reply's text at the playback position, on a word boundary.
 *
 * Within a chunk, time is shared out over the characters; a word counts as heard from the moment
 * that `share` of it has been played (0: as it begins, 0.5: by its middle).
 *
 * The page's own voice tells no more than which chunk it has come to, so that one counts as a whole.
 */
export function revealAt(
  chunks: readonly ReplyChunk[],
  position: VoicePosition,
  share = 0,
): RevealedText {
  let heard = '';
  let unheard = '';
  let begun = '';
  chunks.forEach((chunk, place) => {
    // Nothing is shown before what is still to be heard: neither what is only to be read, nor a
    // stretch that begins in the same moment as the one before.
    const split =
      unheard !== ''
        ? { heard: '', unheard: chunk.text }
        : splitChunk(chunk, chunks[place + 1], position, share);
    heard = joinText(heard, split.heard);
    unheard = joinText(unheard, split.unheard);
    if (split.heard !== '') begun = joinText(begun, split.unheard);
  });
  return { heard, unheard, begun };
}

/** All of a reply's text. */
export function textOf(chunks: readonly ReplyChunk[]): string {
  return chunks.reduce((text, chunk) => joinText(text, chunk.text), '');
}

/** Joins two stretches; a clause that arrives without its space gets one. */
export function joinText(before: string, after: string): string {
  const needsSpace = /[.,;:!?…]$/u.test(before) && /^\p{L}/u.test(after);
  return needsSpace ? `${before} ${after}` : before + after;
}

function splitChunk(
  chunk: ReplyChunk,
  next: ReplyChunk | undefined,
  { playedMs, voicedIndex }: VoicePosition,
  share: number,
): { readonly heard: string; readonly unheard: string } {
  const startMs = chunk.audioStartMs;
  const isVoiced = voicedIndex !== null && chunk.index <= voicedIndex;
  // The page's voice comes after the relay's, so whatever stands before it has been heard.
  if (isVoiced || (startMs === null && !chunk.byPage)) return { heard: chunk.text, unheard: '' };
  if (startMs === null) return { heard: '', unheard: chunk.text };
  if (playedMs <= startMs) return { heard: '', unheard: chunk.text };
  const nextStartMs = next?.audioStartMs;
  const lengthMs =
    nextStartMs !== undefined && nextStartMs !== null && nextStartMs > startMs
      ? nextStartMs - startMs
      : chunk.text.length * ASSUMED_MS_PER_CHARACTER;
  const msPerCharacter = lengthMs / Math.max(1, chunk.text.length);
  let end = 0;
  for (const word of chunk.text.matchAll(/\s*\S+\s*/gu)) {
    const thresholdMs = startMs + (word.index + word[0].length * share) * msPerCharacter;
    if (thresholdMs >= playedMs) break;
    end = word.index + word[0].length;
  }
  return { heard: chunk.text.slice(0, end), unheard: chunk.text.slice(end) };
}
