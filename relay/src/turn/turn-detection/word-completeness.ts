import type { EndOfTurnReason } from '@parley/shared';

export interface WordContext {
  /** BCP 47. */
  readonly language: string;
  /** What the assistant said last, as far as it was heard. */
  readonly lastReply: string | undefined;
}

/** English words that no sentence ends with. */
const OPEN_WORDS = new Set(
  'a an the and or but so because if to of for in on at with from by my your um uh is are'.split(
    ' ',
  ),
);

/** How likely it is that these words are a finished turn. Pure. */
export function wordCompleteness(
  words: string,
  _context: WordContext,
): { readonly probability: number; readonly reasons: readonly EndOfTurnReason[] } {
  const last = words.toLowerCase().match(/[\p{L}']+(?=\P{L}*$)/u)?.[0] ?? '';
  if (OPEN_WORDS.has(last)) return { probability: 0.1, reasons: ['words_unfinished'] };
  const isClosed = /[.?!]\s*$/.test(words);
  return { probability: isClosed ? 0.93 : 0.7, reasons: ['words_finished'] };
}
