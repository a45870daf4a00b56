import { defineSkill, intent } from '../language/skill.ts';
import { capitalised } from '../language/sentences.ts';
import { anyWordSlot, LONGEST_SPELT, spellingWordSlot } from '../slots/spelling-word.ts';

export const spelling = defineSkill({
  name: 'spelling',
  examples: ['How do you spell necessary?', 'Spell rhythm.'],
  intents: [
    intent({
      phrases: ['spell <word>', 'how do you spell <word>'],
      slots: { word: spellingWordSlot },
      answer: ({ word }) => spelt(word),
    }),
    intent({
      typed: [
        'spell [word] <word>',
        'how (do you | do i | to | is) (spell | spelled | spelt) <word>',
        'how is <word> (spelled | spelt)',
      ],
      slots: { word: anyWordSlot },
      answer: ({ word }) => spelt(word),
    }),
  ],
});

/** Capital letters and commas make a voice say the letters' names, one by one. */
function spelt(word: string): string {
  const letters = [...word.toUpperCase()].filter((letter) => /\p{L}/u.test(letter));
  if (letters.length > LONGEST_SPELT) return 'That word is too long for me to spell aloud.';
  return `${capitalised(word)} is spelled ${letters.join(', ')}.`;
}
