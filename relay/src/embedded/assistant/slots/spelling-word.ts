import type { Reading, Rule, Slot } from '../language/slot.ts';
import { vocabularySlot } from '../language/vocabulary.ts';

/** Words people look up; far enough apart in sound for a recogniser to tell them apart. */
const SPELLING_WORDS = [
  'accommodate',
  'beautiful',
  'bureaucracy',
  'calendar',
  'camouflage',
  'cemetery',
  'chauffeur',
  'conscience',
  'croissant',
  'definitely',
  'embarrass',
  'entrepreneur',
  'february',
  'foreign',
  'government',
  'guarantee',
  'hygiene',
  'island',
  'jewelry',
  'knowledge',
  'language',
  'lieutenant',
  'millennium',
  'mischievous',
  'mississippi',
  'necessary',
  'neighbor',
  'occurrence',
  'parliament',
  'pneumonia',
  'privilege',
  'psychology',
  'questionnaire',
  'receive',
  'recommend',
  'restaurant',
  'rhinoceros',
  'rhythm',
  'schedule',
  'separate',
  'silhouette',
  'tomorrow',
  'vacuum',
  'wednesday',
  'yacht',
  'zucchini',
] as const;

/** How many letters a reply may hold before nobody can follow it. */
export const LONGEST_SPELT = 40;

export const spellingWordSlot: Slot<string> & { readonly rule: Rule } = vocabularySlot(
  'spelling_word',
  SPELLING_WORDS.map((word) => ({ value: word, spoken: [word] })),
);

/** Any one word, which only typing can give. */
export const anyWordSlot: Slot<string> = {
  *read(tokens, at): Iterable<Reading<string>> {
    const word = tokens[at];
    if (word !== undefined && /^[\p{L}\p{M}']+$/u.test(word)) yield { value: word, end: at + 1 };
  },
};
