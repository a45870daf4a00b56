import { expect, test } from 'vitest';
import { wordCompleteness } from './word-completeness.ts';

const judge = (words: string, lastReply?: string, language = 'en-US') =>
  wordCompleteness(words, { language, lastReply });

const FINISHED: readonly (readonly [words: string, lastReply?: string | undefined])[] = [
  ['yes'],
  ['Yes.', 'Shall I book it?'],
  ['yes', 'Shall I book it?'],
  ['no', 'Do you want to hear another one?'],
  ['mhm', 'Is that right?'],
  ['four', 'How many people are coming?'],
  ['the red one', 'I have two. Which one do you want?'],
  ['what time is it in london'],
  ['How far is the lake from here?'],
  ['i would like to order a large pizza'],
  ['my number is oh seven nine four six eight two one three five'],
  ['my number is 555 019 9284'],
  ['555-019-9284', 'What is your phone number?'],
  ['my email is john dot miller at example dot com'],
  ['john.miller@example.org', 'What is your email address?'],
  ["i don't have one", 'What is your email address?'],
  ['nguyen n g u y e n', 'How do you spell that?'],
  ['eggs, milk, and butter'],
];
test.each(FINISHED)('"%s" is finished, after "%s"', (words, lastReply) => {
  expect(judge(words!, lastReply).probability).toBeGreaterThan(0.6);
});

const UNFINISHED: readonly (readonly [words: string, lastReply?: string | undefined])[] = [
  ['what is the'],
  ['I would like a.'],
  ['i want to go to'],
  ['so i went there because'],
  ['we need bread and'],
  ['um'],
  ['i think it was um'],
  ['well, uh…'],
  ['Could you tell me,'],
  ['if it rains tomorrow'],
];
test.each(UNFINISHED)('"%s" is unfinished, after "%s"', (words, lastReply) => {
  const { probability, reasons } = judge(words!, lastReply);
  expect(probability).toBeLessThan(0.45);
  expect(reasons).toEqual(['words_unfinished']);
});

const OPEN: readonly (readonly [words: string, lastReply?: string | undefined])[] = [
  ['my number is'],
  ['my number is five five'],
  ['my number is 555'],
  ['Five five five zero.'],
  ['oh seven nine double', 'What is your phone number?'],
  ['five five', 'What is your phone number?'],
  ['five five five one two three four', 'What is your phone number?'],
  ['my email is john'],
  ['my email address is john at'],
  ['you can email me at jack at example'],
  ['anna', 'What is your email address?'],
  ['anna underscore', 'What is your email address?'],
  ['anna at example dot', 'What is your email address?'],
  ['anna@example', 'What is your email address?'],
  ["it's spelled"],
  ['k a t h'],
  ['K-A-T'],
  ['m', 'How do you spell your name?'],
  ['eggs, milk, butter'],
  ['red, green,'],
];
test.each(OPEN)('"%s" leaves something open, after "%s"', (words, lastReply) => {
  const { probability, reasons } = judge(words!, lastReply);
  expect(probability).toBeLessThan(0.45);
  expect(reasons).toEqual(['entity_open']);
});

test('one number, one letter and "i" are no dictation', () => {
  for (const words of ['five', 'plan b', 'so do i', 'at half past seven', 'seven times eight']) {
    expect(judge(words).reasons).not.toContain('entity_open');
  }
});

test('an answer says what it is', () => {
  expect(judge('yes', 'Shall I go on?').reasons).toEqual(['words_finished', 'answers_question']);
  expect(judge('yes', 'It is four.').reasons).toEqual(['words_finished']);
  expect(judge('tomorrow at noon', 'When should I remind you?').reasons).toContain(
    'answers_question',
  );
});

test("the recogniser's punctuation counts", () => {
  const plain = judge('we could go there').probability;
  expect(judge('we could go there.').probability).toBeGreaterThan(plain);
  expect(judge('we could go there?').probability).toBeGreaterThan(
    judge('we could go there.').probability,
  );
  expect(judge('we could go there,').probability).toBeLessThan(plain);
  expect(judge('we could go there...').probability).toBeLessThan(plain);
});

test('punctuation alone does not count as words', () => {
  expect(judge(' … ')).toEqual({ probability: 0.5, reasons: ['no_words'] });
});

test.each([
  ['de', 'ich hätte gern einen'],
  ['de', 'Wir fahren mit dem Auto und'],
  ['de', 'äh'],
  ['fr', 'je voudrais aller à la'],
  ['es', 'quiero ir a'],
  ['it', 'vorrei un'],
  ['pt', 'eu queria uma'],
  ['nl', 'ik wil graag een'],
  ['de', 'Eins, zwei, drei,'],
])('in %s "%s" is unfinished', (language, words) => {
  expect(judge(words, undefined, language).probability).toBeLessThan(0.3);
});

test.each([
  ['de', 'Wie spät ist es?'],
  ['de', 'ja'],
  ['fr', 'Quelle heure est-il ?'],
  ['ja', '何時ですか？'],
  ['es', 'no'],
])('in %s "%s" is finished', (language, words) => {
  expect(judge(words, undefined, language).probability).toBeGreaterThan(0.8);
});

test('without a statistic and punctuation a language says little', () => {
  expect(judge('wie spät ist es in tokio', undefined, 'de').probability).toBe(0.6);
  expect(judge('która jest godzina', undefined, 'pl').probability).toBe(0.6);
});
