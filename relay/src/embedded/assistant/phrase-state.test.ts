import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spokenFrom } from './generated-sentences.ts';
import { embeddedPhraseState } from './index.ts';
import { REFUSED_SENTENCES, UNDERSTOOD_SENTENCES } from './test-sentences.ts';

const sentences = fc
  .infiniteStream(fc.nat({ max: 9_999 }))
  .map((choices) => spokenFrom('understood', choices).split(' '));

describe('the state of a phrase', () => {
  it('is never unknown while a sentence is spoken, and whole at its end', () => {
    fc.assert(
      fc.property(sentences, (words) => {
        const states = words.map((_, index) =>
          embeddedPhraseState(words.slice(0, index + 1).join(' ')),
        );
        expect([words, states.includes('unknown')]).toEqual([words, false]);
        expect(['complete', 'may-continue']).toContain(states.at(-1));
      }),
      { numRuns: 1_000 },
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
    expect(embeddedPhraseState(words)).toBe(state);
  });

  it('takes words as they are written', () => {
    expect(embeddedPhraseState('What time is it?')).toBe('may-continue');
  });

  it('knows what can only be typed', () => {
    expect(embeddedPhraseState('many thanks')).toBe('complete');
  });

  it('is whole for every sentence of the corpus, and for none that is refused', () => {
    const isWhole = (sentence: string) =>
      ['complete', 'may-continue'].includes(embeddedPhraseState(sentence));
    expect(UNDERSTOOD_SENTENCES.filter((sentence) => !isWhole(sentence))).toEqual([]);
    expect(REFUSED_SENTENCES.filter(isWhole)).toEqual([]);
  });

  it('is told within a millisecond', () => {
    const prefixes = UNDERSTOOD_SENTENCES.flatMap((sentence) => {
      const words = sentence.split(' ');
      return words.map((_, index) => words.slice(0, index + 1).join(' '));
    });
    const round = (): number => {
      const begun = performance.now();
      for (const words of prefixes) embeddedPhraseState(words);
      return ((performance.now() - begun) * 1_000) / prefixes.length;
    };
    // The best of several rounds: other work on the machine says nothing about this.
    expect(Math.min(...Array.from({ length: 10 }, round))).toBeLessThan(1_000);
  });
});
