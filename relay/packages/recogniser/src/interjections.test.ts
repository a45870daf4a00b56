import { describe, expect, it } from 'vitest';
import { INTERJECTION_GRAMMAR, readInterjection } from './interjections.ts';
import { missingRules, wordsOf } from './jsgf.ts';

describe('the grammar of interjections', () => {
  it('pronounces each of its words, and defines each rule', () => {
    const pronounced = Object.keys(INTERJECTION_GRAMMAR.pronunciations);
    expect(pronounced.toSorted()).toEqual(wordsOf(INTERJECTION_GRAMMAR.rules).toSorted());
    expect(missingRules(INTERJECTION_GRAMMAR)).toEqual([]);
  });
});

describe('readInterjection', () => {
  it.each([
    ['stop', 'stop'],
    ['wait(2) parley-breath(3)', 'wait'],
    ['okay  stop', 'okay stop'],
    ['uh-huh', 'uh-huh'],
  ])('reads %j as %j', (text, said) => {
    expect(readInterjection(text)).toBe(said);
  });

  it.each(['', 'parley-breath', 'hold', 'hello', 'xxs xxt xxaa', 'stop xxdh'])(
    'takes %j for no interjection',
    (text) => {
      expect(readInterjection(text)).toBeUndefined();
    },
  );
});
