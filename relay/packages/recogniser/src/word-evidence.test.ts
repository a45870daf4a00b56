import { expect, it } from 'vitest';
import { weakestWord } from './word-evidence.ts';

/** Words or phones of a tenth of a second each, with their likelihoods, one after the other. */
function aligned(...parts: (readonly [t: string, p: number])[]) {
  const w = parts.map(([t, p], index) => ({ t, p, b: index / 10, d: 0.1 }));
  return { t: '', b: 0, d: w.length / 10, p: 1, w };
}

const PHONES = aligned(['xxah', 0.9], ['xxb', 0.95], ['xxs', 0.95], ['xxt', 0.9]);

it('is no lower than zero if every word fits the sound as well as any phones', () => {
  expect(weakestWord(aligned(['set', 0.9], ['a', 0.96], ['timer', 0.97]), PHONES)).toBe(0);
});

it('finds the one word among good ones that another word was said for', () => {
  const sentence = aligned(['how', 0.9], ['much', 0.96], ['squared', 0.8], ['is', 0.92]);
  expect(weakestWord(sentence, PHONES)).toBeCloseTo(1_000 * Math.log(0.8 / 0.95), 3);
});

it('leaves out the first word and what is not one', () => {
  const sentence = aligned(['what', 0.1], ['(NULL)', 0.1], ['<sil>', 0.1], ['time', 0.92]);
  expect(weakestWord(sentence, PHONES)).toBe(0);
});

it('is zero for an utterance without words', () => {
  expect(weakestWord(aligned(), PHONES)).toBe(0);
});
