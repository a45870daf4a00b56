import { DIGIT_WORDS, numberToWords, ordinalToWords } from '../../phrases/number-words.ts';

const NUMBERS = Array.from({ length: 99 }, (_, index) => numberToWords(index + 1));

/**
 * Numbers that may be misheard, as the recogniser writes them. Each set is like in kind, and has as
 * many words: a "twenty" is not doubted for a "twenty eight", of which breath would make an end.
 */
export const NUMBER_RIVALS: readonly (readonly string[])[] = [
  NUMBERS.filter((number) => !number.includes(' ')),
  NUMBERS.filter((number) => number.includes(' ')),
  DIGIT_WORDS.slice(1).map((digit) => `${digit} hundred`),
  // "Twenty second" is also what a timer is, and that is not like a third.
  Array.from({ length: 31 }, (_, index) => ordinalToWords(index + 1)).filter(
    (ordinal) => !ordinal.endsWith('second'),
  ),
  // "Three point five", "three times five".
  ['plus', 'minus', 'times', 'point'],
];
