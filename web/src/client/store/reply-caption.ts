import { heardWords, wordRanges, wordStart, type ClauseTiming } from '@parley/shared/heard-words';

/** A clause of a reply, or the part of one that another voice took over. */
export interface ReplyPart {
  readonly clause: number;
  /** Where in the clause's text this part begins. */
  readonly fromCharacter: number;
  readonly text: string;
  readonly voice: PartVoice;
}

export type PartVoice =
  /** The reply is only read. */
  | { readonly kind: 'none' }
  /** The browser's own voice, which reports no more than which clause it has come to. */
  | { readonly kind: 'page' }
  | {
      readonly kind: 'relay';
      /** Where its audio begins, ms from the start of the reply's audio. */
      readonly startMs: number;
      /** Length of its audio; null while the relay has not reported it. */
      readonly audioMs: number | null;
      readonly wordEndsMs: readonly number[];
    };

export interface PlaybackPosition {
  /** How much of the reply's audio has left the speaker. */
  readonly playedMs: number;
  /** The clause that the browser's own voice has come to; null before its first. */
  readonly voicedClause: number | null;
}

/** A reply's text, cut at the playback position. */
export interface ReplyCaption {
  /** The words that were heard, as history counts them, and those that are only read. */
  readonly heard: string;
  /** The word that is being spoken. */
  readonly begun: string;
  /** The rest of its clause. */
  readonly coming: string;
  /** All that was not heard: `begun`, `coming` and the clauses after them. */
  readonly unheard: string;
}

/**
 * Pace for a clause whose length is not known until the next one begins: 16 characters a second,
 * or 190 words a minute, as the common synthetic voices speak.
 */
export const ASSUMED_MS_PER_CHARACTER = 62;

export function captionOf(parts: readonly ReplyPart[], position: PlaybackPosition): ReplyCaption {
  const timings = parts.map((part, index) => timingOf(part, parts[index + 1], position));
  const { clause: cut, words } = heardWords(timings, position.playedMs);
  const cutText = parts[cut]?.text ?? '';
  const isBegun = position.playedMs > (timings[cut]?.startMs ?? Number.POSITIVE_INFINITY);
  const heardEnd = words === 0 ? 0 : wordStart(cutText, words);
  const begunEnd = isBegun ? wordStart(cutText, words + 1) : heardEnd;
  return {
    heard: joinTexts([...parts.slice(0, cut).map(({ text }) => text), cutText.slice(0, heardEnd)]),
    begun: cutText.slice(heardEnd, begunEnd),
    coming: isBegun ? cutText.slice(begunEnd) : '',
    unheard: joinTexts([cutText.slice(heardEnd), ...parts.slice(cut + 1).map(({ text }) => text)]),
  };
}

/** A word of a reply, with what stands before it. */
export interface CaptionWord {
  readonly gap: string;
  readonly text: string;
}

/** Where the voice is among the words of a reply. */
export interface SpokenPosition {
  /** Words that were heard to their end. */
  readonly heard: number;
  /** Whether the word after those has begun. */
  readonly isBegun: boolean;
}

/** The words of all clauses in order; joined, with their gaps, they are the reply's text. */
export function captionWords(parts: readonly ReplyPart[]): readonly CaptionWord[] {
  const text = joinTexts(parts.map((part) => part.text));
  let end = 0;
  return wordRanges(text).map((range) => {
    const word = { gap: text.slice(end, range.start), text: text.slice(range.start, range.end) };
    end = range.end;
    return word;
  });
}

/** Counts the words that a caption calls heard and begun. */
export function spokenPosition({ heard, begun }: ReplyCaption): SpokenPosition {
  return { heard: wordRanges(heard).length, isBegun: begun.trim() !== '' };
}

/**
 * Takes in a clause, or the rest of one whose voice broke off: the part which that voice had begun
 * ends at the start of the rest.
 */
export function withPart(parts: readonly ReplyPart[], part: ReplyPart): readonly ReplyPart[] {
  const others = parts.flatMap((other) => {
    if (other.clause !== part.clause) return [other];
    if (other.fromCharacter >= part.fromCharacter) return [];
    // The space that sets a clause apart from the one before does not count.
    const spaces = other.text.length - other.text.trimStart().length;
    const end = spaces + part.fromCharacter - other.fromCharacter;
    return [{ ...other, text: other.text.slice(0, end).trimEnd() }];
  });
  return [...others, part].toSorted(
    (one, other) => one.clause - other.clause || one.fromCharacter - other.fromCharacter,
  );
}

/** The relay has reported the places of a clause and its words in the reply's audio. */
export function withTiming(
  parts: readonly ReplyPart[],
  clause: number,
  timing: Omit<Extract<PartVoice, { kind: 'relay' }>, 'kind'>,
): readonly ReplyPart[] {
  return parts.map((part) =>
    part.clause === clause && part.fromCharacter === 0 && part.voice.kind !== 'page'
      ? { ...part, voice: { kind: 'relay', ...timing } }
      : part,
  );
}

/** Joins stretches of text; a clause that arrives without its space gets one. */
export function joinTexts(texts: readonly string[]): string {
  return texts.reduce((before, after) => {
    const needsSpace = /[.,;:!?…]$/u.test(before) && /^\p{L}/u.test(after);
    return needsSpace ? `${before} ${after}` : before + after;
  }, '');
}

function timingOf(
  { clause, text, voice }: ReplyPart,
  next: ReplyPart | undefined,
  { voicedClause }: PlaybackPosition,
): ClauseTiming {
  // The browser's voice begins after the relay's has ended, so all clauses before its own are over.
  const isVoiced = voicedClause !== null && clause <= voicedClause;
  if (isVoiced || voice.kind === 'none') return { text, startMs: 0, audioMs: 0, wordEndsMs: [] };
  if (voice.kind === 'page') {
    return { text, startMs: Number.POSITIVE_INFINITY, audioMs: 0, wordEndsMs: [] };
  }
  const { startMs, wordEndsMs } = voice;
  return { text, startMs, wordEndsMs, audioMs: voice.audioMs ?? expectedMs(text, startMs, next) };
}

function expectedMs(text: string, startMs: number, next: ReplyPart | undefined): number {
  const untilNextMs = next?.voice.kind === 'relay' ? next.voice.startMs - startMs : 0;
  return untilNextMs > 0 ? untilNextMs : text.trim().length * ASSUMED_MS_PER_CHARACTER;
}
