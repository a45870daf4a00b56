const SENTENCE_START = /(^|[.?!…]\s+)(\p{Ll})(?!\p{Lu})/gu;
/** Written by a transcriber that knows how sentences are written, not names alone. */
const WRITTEN_SENTENCE = /^\P{L}*\p{Lu}|\p{Lu}.*[.,?!]|[.,?!].*\p{Lu}/su;
const NAME = /\bparley\b/g;
/** English alone writes these; a lone “i” is a word of its own in other languages. */
const ENGLISH_I = /\bi(?=['’](?:m|ve|ll|d)\b)/g;

/**
 * A transcriber's text, as it is read: with a large letter at the start of a sentence, if the
 * transcriber writes no sentences, and with Parley's name.
 */
export function captionText(text: string): string {
  const named = text.replace(NAME, 'Parley');
  if (WRITTEN_SENTENCE.test(text)) return named;
  return named
    .replace(
      SENTENCE_START,
      (_match, before: string, letter: string) => before + letter.toUpperCase(),
    )
    .replace(ENGLISH_I, 'I');
}
