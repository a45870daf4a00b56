import { expect, it } from 'vitest';
import { wordEvidence } from './word-evidence.ts';

/** Words or phones of a tenth of a second each, with their likelihoods, one after the other. */
function aligned(...parts: (readonly [t: string, p: number])[]) {
  const w = parts.map(([t, p], index) => ({ t, p, b: index / 10, d: 0.1 }));
  return { t: '', b: 0, d: w.length / 10, p: 1, w };
}

const PHONES = aligned(['xxah', 0.9], ['xxb', 0.95], ['xxs', 0.95], ['xxt', 0.9]);

const share = (likelihood: number, rival: number) => 1_000 * Math.log(likelihood / rival);

it('is zero if every word fits the sound as well as any phones', () => {
  expect(wordEvidence(aligned(['set', 0.9], ['a', 0.96], ['timer', 0.97]), PHONES)).toBe(0);
});

it('is what the words lack in a second, which a word that fits well does not make up for', () => {
  const sentence = aligned(['how', 0.9], ['much', 0.99], ['squared', 0.8], ['is', 0.72]);
  const lacking = (share(0.8, 0.95) + share(0.72, 0.9)) / (0.3 + 0.5);
  expect(wordEvidence(sentence, PHONES)).toBeCloseTo(lacking, 3);
});

it('counts less against a short sentence than against a long one', () => {
  const lacking = (words: number) =>
    wordEvidence(
      aligned(...Array.from({ length: 1 + words }, () => ['word', 0.9] as const)),
      aligned(...Array.from({ length: 1 + words }, () => ['xxah', 0.92] as const)),
    );
  expect(lacking(20)).toBeLessThan(2 * lacking(3));
});

it('leaves out the first of several words, and what is not one', () => {
  const sentence = aligned(['what', 0.1], ['(NULL)', 0.1], ['<sil>', 0.1], ['time', 0.92]);
  expect(wordEvidence(sentence, PHONES)).toBe(0);
  expect(wordEvidence(aligned(['what', 0.1]), PHONES)).toBeCloseTo(
    share(0.1, 0.9) / (0.1 + 0.5),
    3,
  );
});

it('is zero for an utterance without words', () => {
  expect(wordEvidence(aligned(), PHONES)).toBe(0);
});
