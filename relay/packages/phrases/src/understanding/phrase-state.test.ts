import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAPABILITIES } from '../capabilities/index.ts';
import { spokenFrom } from './generated-sentences.rig.ts';
import { phraseState } from '../index.ts';
import { phraseStateOf } from './phrase-state.ts';
import { spokenPhrasesOf } from './speech-grammar.ts';
import { REFUSED_SENTENCES, UNDERSTOOD_SENTENCES } from './sentences.rig.ts';

class CountedMap<K, V> extends Map<K, V> {
  lookups = 0;

  override get(key: K): V | undefined {
    this.lookups += 1;
    return super.get(key);
  }
}

const sentences = fc
  .infiniteStream(fc.nat({ max: 9_999 }))
  .map((choices) => spokenFrom('understood', choices).split(' '));

describe('the state of a phrase', () => {
  it('is never unknown while a sentence is spoken, and whole at its end', () => {
    fc.assert(
      fc.property(sentences, (words) => {
        const states = words.map((_, index) => phraseState(words.slice(0, index + 1).join(' ')));
        expect([words, states.includes('unknown')]).toEqual([words, false]);
        expect(['complete', 'may-continue']).toContain(states.at(-1));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['set a timer for', 'incomplete'],
    ['set a timer for twenty', 'incomplete'],
    ['set a timer for twenty minutes', 'complete'],
    ['set a timer for one hour', 'complete'],
    ['set a timer for one hour and', 'incomplete'],
    ['what is seven', 'incomplete'],
    ['what is seven times', 'incomplete'],
    ["what's seven times eight", 'complete'],
    ['what is two hundred plus two hundred and', 'incomplete'],
    ['what is ten degrees celsius in', 'incomplete'],
    ['convert ten miles to kilometers', 'complete'],
    ['what', 'incomplete'],
    ['what time', 'incomplete'],
    ['what time is it', 'may-continue'],
    ['what time is it in', 'incomplete'],
    ['what time is it in new', 'incomplete'],
    ['what time is it in new york', 'complete'],
    ['cancel', 'incomplete'],
    ['stop', 'may-continue'],
    ['stop the tea timer', 'complete'],
    ['thank you', 'may-continue'],
    ['flip a coin', 'complete'],
    ['remind me at seven a.m. to check', 'incomplete'],
    ['how much longer is', 'incomplete'],
    ["could you tell me what's the sum of ten and", 'incomplete'],
  ])('of "%s" is %s', (words, state) => {
    expect(phraseState(words)).toBe(state);
  });

  it('takes words as they are written', () => {
    expect(phraseState('What time is it?')).toBe('may-continue');
  });

  it('knows what can only be typed', () => {
    expect(phraseState('many thanks')).toBe('complete');
  });

  it('is whole for every sentence of the corpus, and for none that is refused', () => {
    const isWhole = (sentence: string) =>
      ['complete', 'may-continue'].includes(phraseState(sentence));
    expect(UNDERSTOOD_SENTENCES.filter((sentence) => !isWhole(sentence))).toEqual([]);
    expect(REFUSED_SENTENCES.filter(isWhole)).toEqual([]);
  });

  it('takes a rule for each word of the phrases that begin so, not for each of the phrases', () => {
    const spoken = spokenPhrasesOf(CAPABILITIES);
    const rules = new CountedMap(spoken.rules);
    const stateOf = phraseStateOf({ ...spoken, rules }, () => false);
    const counts = UNDERSTOOD_SENTENCES.map((sentence) => {
      rules.lookups = 0;
      stateOf(sentence);
      return rules.lookups;
    });
    // At most 67 are looked up; if each phrase read them anew, it would be 187.
    expect(Math.max(...counts)).toBeLessThan(100);
  });
});
