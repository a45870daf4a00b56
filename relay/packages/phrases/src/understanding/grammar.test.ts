import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAPABILITIES } from '../capabilities/index.ts';
import { parseTemplate } from '../phrases/template.ts';
import { SPEECH_GRAMMAR } from '../index.ts';
import { GRAMMAR_RULES, spokenFrom, withoutWeights, wordsIn } from './generated-sentences.rig.ts';
import { INTERJECTION_WORDS } from '@parley/recogniser/interjections';
import { understand } from './understand.ts';
import { SUGGESTIONS } from './suggestions.ts';
import { REFUSED_SENTENCES, UNDERSTOOD_SENTENCES } from './sentences.rig.ts';

describe('the speech grammar', () => {
  it('holds no sentence that the assistant does not understand', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat({ max: 9_999 })), (choices) => {
        const sentence = spokenFrom('understood', choices);
        expect([sentence, understand(sentence, CAPABILITIES) !== undefined]).toEqual([
          sentence,
          true,
        ]);
      }),
      { numRuns: 400 },
    );
  });

  it.each(['what is seventy two and eighteen in total', 'add forty one and six'])(
    'holds numbers that may be read as more than are meant: %s',
    (sentence) => {
      expect(understand(sentence, CAPABILITIES)).toBeDefined();
    },
  );

  it('holds no word that the recogniser cannot pronounce', () => {
    const dictionary = new URL('model/en-us/dict.txt', import.meta.resolve('soundswallower'));
    const known = new Set(
      readFileSync(dictionary, 'utf8')
        .split('\n')
        .map((line) => line.split(/\s/, 1)[0]),
    );
    const spoken = [...GRAMMAR_RULES]
      .filter(([name]) => name !== 'any_phones')
      .map(([, expansion]) => expansion);
    const words = spoken.flatMap((expansion) => wordsIn(parseTemplate(withoutWeights(expansion))));
    expect(words.length).toBeGreaterThan(200);
    const pronounced = SPEECH_GRAMMAR.pronunciations;
    expect(words.filter((word) => !known.has(word) && !Object.hasOwn(pronounced, word))).toEqual(
      [],
    );
  });
});

describe('every capability', () => {
  const examples = CAPABILITIES.flatMap(({ name, examples: own }) =>
    own.map((example) => [name, example] as const),
  );

  it.each(examples)('%s understands its example: %s', (name, example) => {
    expect(understand(example, CAPABILITIES)?.capability.name).toBe(name);
  });

  it('has examples', () => {
    expect(CAPABILITIES.filter(({ examples: own }) => own.length === 0)).toEqual([]);
  });
});

it('every suggestion is understood, and there are about a dozen', () => {
  expect(
    SUGGESTIONS.filter((suggestion) => understand(suggestion, CAPABILITIES) === undefined),
  ).toEqual([]);
  expect(SUGGESTIONS.length).toBeGreaterThanOrEqual(10);
  expect(SUGGESTIONS.length).toBeLessThanOrEqual(14);
});

it('understands every interjection, if it answers a question', () => {
  const all = [...INTERJECTION_WORDS];
  expect(all.filter((words) => understand(words, CAPABILITIES) === undefined)).toEqual([]);
});

it('written down, the sentences of the corpus are understood or not as they should be', () => {
  expect(
    UNDERSTOOD_SENTENCES.filter((sentence) => understand(sentence, CAPABILITIES) === undefined),
  ).toEqual([]);
  const wrong = REFUSED_SENTENCES.filter(
    (sentence) => understand(sentence, CAPABILITIES) !== undefined,
  );
  expect(wrong).toEqual([]);
});
