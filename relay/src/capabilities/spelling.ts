import { z } from 'zod';
import { anyWordSlot } from '../phrases/slots/free-text.ts';
import { vocabularySlot } from '../phrases/vocabulary.ts';
import { capitalised } from '../phrases/wording.ts';
import type { Capability } from './capability.ts';
import { intent } from './intent.ts';
import { defineTool } from './tool.ts';

/** Words people look up; far enough apart in sound for a recogniser to distinguish them. */
const SPOKEN_WORDS =
  'accommodate beautiful bureaucracy calendar camouflage cemetery chauffeur conscience croissant definitely embarrass entrepreneur february foreign government guarantee hygiene island jewelry knowledge language lieutenant millennium mischievous mississippi necessary neighbor occurrence parliament pneumonia privilege psychology questionnaire receive recommend restaurant rhinoceros rhythm schedule separate silhouette tomorrow vacuum wednesday yacht zucchini';

const spokenWordSlot = vocabularySlot(
  'spelling_word',
  SPOKEN_WORDS.split(' ').map((word) => ({ value: word, spoken: [word] })),
);

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
      phrases: ['spell <word>', 'how do you spell <word>'],
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
