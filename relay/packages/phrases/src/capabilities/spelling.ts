import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { anyWordSlot } from '../phrases/slots/free-text.ts';
import { vocabularySlot } from '../phrases/vocabulary.ts';
import { capitalised } from '../phrases/wording.ts';
import type { Capability } from './capability.ts';
import { intent } from './intent.ts';
import { defineTool } from './tool.ts';

/** What the recogniser listens for behind "spell". No two of them sound the same. */
const SPOKEN_WORDS = readFileSync(new URL('spelling-words.txt', import.meta.url), 'utf8')
  .replaceAll(/^#.*$/gm, '')
  .split(/\s+/)
  .filter((word) => word !== '');

const spokenWordSlot = vocabularySlot(
  'spelling_word',
  SPOKEN_WORDS.map((word) => ({ value: word, spoken: [word] })),
);

/** One rule rather than choices: each choice would bring its own copy of all words. */
const spellSlot = vocabularySlot('spell', [
  { value: undefined, spoken: ['spell', 'spell the word', 'how do you spell', 'how to spell'] },
]);

/** The letters of a word that a listener can still follow. */
const LONGEST_SPELT = 40;

const spell = defineTool({
  name: 'spell',
  description: 'The letters of a word.',
  input: z.object({ word: z.string().max(100) }),
  run({ word }) {
    const letters = [...word.toUpperCase()].filter((letter) => /\p{L}/u.test(letter));
    // Capital letters and commas make a voice say the letters' names, one by one.
    return letters.length > LONGEST_SPELT
      ? 'That word is too long for me to spell aloud.'
      : `${capitalised(word)} is spelled ${letters.join(', ')}.`;
  },
  report: (said) => said,
});

export const spelling: Capability = {
  name: 'spelling',
  tools: [spell],
  examples: ['How do you spell necessary?', 'Spell rhythm.'],
  intents: [
    intent({
      phrases: ['<spell> <word>'],
      slots: { spell: spellSlot, word: spokenWordSlot },
      answer: spell.run,
    }),
    intent({
      variants: [
        'how is [word] <word> (spelled | written)',
        'how (do | would | should) (you | i | we) (write | spell) [word] <word>',
        'what is [correct] spelling of [word] <word>',
      ],
      slots: { word: spokenWordSlot },
      answer: spell.run,
    }),
    intent({
      typed: [
        'spell [word] <word>',
        'how (do you | do i | to | is) (spell | spelled | spelt) <word>',
        'how is [word] <word> (spelled | spelt | written)',
        'how (do | would | should) (you | i | we) (write | spell) [word] <word>',
        'how to spell <word>',
        'what is [correct] spelling of [word] <word>',
        '(spelling | letters) of [word] <word>',
        'what letters are in <word>',
      ],
      slots: { word: anyWordSlot },
      answer: spell.run,
    }),
  ],
};
