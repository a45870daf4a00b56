import { expect, test } from 'vitest';
import {
  INTERJECTIONS,
  beginsInterjection,
  classifyInterjection,
  type Interjection,
} from './short-words.ts';

const overStatement = (words: string, language = 'en-US') =>
  classifyInterjection(words, { language, isQuestion: false });
const overQuestion = (words: string, language = 'en-US') =>
  classifyInterjection(words, { language, isQuestion: true });

/** Over a statement, and over a question. */
const ENGLISH: readonly (readonly [string, Interjection, Interjection])[] = [
  ['', 'backchannel', 'backchannel'],
  [' … ', 'backchannel', 'backchannel'],
  ['mhm', 'backchannel', 'other'],
  ['Mm-hmm.', 'backchannel', 'other'],
  ['Uh-huh!', 'backchannel', 'other'],
  ['hmm', 'backchannel', 'backchannel'],
  ['Hmmmm…', 'backchannel', 'backchannel'],
  ['Mmm.', 'backchannel', 'backchannel'],
  ['um', 'backchannel', 'backchannel'],
  ['yeah', 'backchannel', 'other'],
  ['Yeah, yeah.', 'backchannel', 'other'],
  ['yeah okay right', 'backchannel', 'other'],
  ['Okay.', 'backchannel', 'other'],
  ['OK', 'backchannel', 'other'],
  ['okaaay', 'backchannel', 'other'],
  ['oh, I see', 'backchannel', 'backchannel'],
  ['Got it', 'backchannel', 'other'],
  ['oh wow', 'backchannel', 'backchannel'],
  ['that’s true', 'backchannel', 'other'],
  ['oh okay sure', 'backchannel', 'other'],
  ['no way', 'backchannel', 'backchannel'],
  ['stop', 'stop', 'stop'],
  ['Stop!', 'stop', 'stop'],
  ['stop stop stop', 'stop', 'stop'],
  ['okay okay stop', 'stop', 'stop'],
  ['yes stop', 'stop', 'stop'],
  ['Stop it now, please.', 'stop', 'stop'],
  ['please stop talking', 'stop', 'stop'],
  ['Wait.', 'stop', 'stop'],
  ['Waaait', 'stop', 'stop'],
  ['no wait', 'stop', 'stop'],
  ['wait a minute', 'stop', 'stop'],
  ['hold on', 'stop', 'stop'],
  ['just one second', 'stop', 'stop'],
  ['okay, hang on', 'stop', 'stop'],
  ["that's enough", 'stop', 'stop'],
  ['be quiet', 'stop', 'stop'],
  ['Shhh!', 'stop', 'stop'],
  ['shut up', 'stop', 'stop'],
  ['never mind', 'stop', 'stop'],
  ['no', 'stop', 'other'],
  ['No, no, no.', 'stop', 'other'],
  ['no thanks', 'stop', 'other'],
  ['nope', 'stop', 'other'],
  ['yeah but', 'other', 'other'],
  ['yeah but what about tomorrow', 'other', 'other'],
  ['okay and then', 'other', 'other'],
  ['stop the timer', 'other', 'other'],
  ['stop the pasta timer', 'other', 'other'],
  ['wait what', 'other', 'other'],
  ['no that is wrong', 'other', 'other'],
  ['no problem', 'backchannel', 'other'],
  ['right now', 'other', 'other'],
  ['right now stop', 'stop', 'stop'],
  ['please', 'other', 'other'],
  ['yes please', 'other', 'other'],
  ['no but', 'other', 'other'],
  ['yeah so', 'other', 'other'],
  ['thank you', 'other', 'other'],
  ['what', 'other', 'other'],
  ['what time is it', 'other', 'other'],
  ['seven', 'other', 'other'],
  ['yes yes yes yes yes yes yes yes yes', 'other', 'other'],
  ['constructor', 'other', 'other'],
];

test.each(ENGLISH)('"%s" is %s over a statement, %s over a question', (words, statement, asked) => {
  expect([overStatement(words), overQuestion(words)]).toEqual([statement, asked]);
});

const ELSEWHERE: readonly (readonly [string, string, Interjection, Interjection])[] = [
  ['de', 'Mhm.', 'backchannel', 'other'],
  ['de-DE', 'Ja, genau.', 'backchannel', 'other'],
  ['de', 'Ach so', 'backchannel', 'backchannel'],
  ['de', 'okay', 'backchannel', 'other'],
  ['de', 'Halt!', 'stop', 'stop'],
  ['de', 'Warte mal, bitte', 'stop', 'stop'],
  ['de', 'nein nein', 'stop', 'other'],
  ['de', 'ja aber', 'other', 'other'],
  ['fr', "D'accord, très bien.", 'backchannel', 'other'],
  ['fr', 'D’accord', 'backchannel', 'other'],
  ['fr', 'Ah bon ?', 'backchannel', 'backchannel'],
  ['fr', 'Arrête !', 'stop', 'stop'],
  ['fr', "attends s'il te plaît", 'stop', 'stop'],
  ['fr', 'Tais-toi', 'stop', 'stop'],
  ['fr', 'oui mais', 'other', 'other'],
  ['es', '¡Basta ya!', 'stop', 'stop'],
  ['es', 'Sí, sí, claro', 'backchannel', 'other'],
  ['es', 'espera un momento', 'stop', 'stop'],
  ['es', 'no', 'stop', 'other'],
  ['it', 'Va bene.', 'backchannel', 'other'],
  ['it', 'aspetta un attimo', 'stop', 'stop'],
  ['it', 'sì ma', 'other', 'other'],
  ['pt-BR', 'tá bom', 'backchannel', 'other'],
  ['pt-PT', 'Pare, por favor!', 'stop', 'stop'],
  ['pt', 'não', 'stop', 'other'],
  ['nl', 'ja hoor', 'backchannel', 'other'],
  ['nl', 'Wacht even', 'stop', 'stop'],
  ['nl', 'hou je mond', 'stop', 'stop'],
  ['pl', 'okay', 'backchannel', 'other'],
  ['pl', 'dobrze', 'other', 'other'],
];

test.each(ELSEWHERE)('in %s "%s" is %s over a statement, %s over a question', (...row) => {
  const [language, words, statement, asked] = row;
  expect([overStatement(words, language), overQuestion(words, language)]).toEqual([
    statement,
    asked,
  ]);
});

test('a part of a listed phrase may still become it', () => {
  for (const words of ['I', "that's", 'be', 'hold', 'oh']) {
    expect([words, beginsInterjection(words, 'en')]).toEqual([words, true]);
  }
  for (const words of ['', 'what', 'i want', 'ho', 'be quiet']) {
    expect([words, beginsInterjection(words, 'en')]).toEqual([words, false]);
  }
});

test('decomposed letters are the same letters', () => {
  expect(overStatement('arrête'.normalize('NFD'), 'fr')).toBe('stop');
});

test.each(Object.keys(INTERJECTIONS))(
  'each phrase of %s has the meaning of its list',
  (language) => {
    const lists = INTERJECTIONS[language]!;
    const meant = new Set([...lists.stop, ...lists.refusal]);
    for (const phrase of lists.stop)
      expect([phrase, overQuestion(phrase, language)]).toEqual([phrase, 'stop']);
    for (const phrase of lists.refusal)
      expect([phrase, overStatement(phrase, language)]).toEqual([phrase, 'stop']);
    for (const phrase of [...lists.agreement, ...lists.listening]) {
      if (meant.has(phrase)) throw new Error(`"${phrase}" stands in two lists`);
      expect([phrase, overStatement(phrase, language)]).toEqual([phrase, 'backchannel']);
    }
  },
);
