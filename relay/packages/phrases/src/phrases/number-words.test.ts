import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { readNumber } from './slots/number.ts';
import { LARGEST_SPOKEN, numberToWords, ordinalToWords, yearToWords } from './number-words.ts';
import { tokensOf } from './tokens.ts';

describe('numbers in words', () => {
  it('come back as the numbers they were', () => {
    fc.assert(
      fc.property(fc.integer({ min: -999_999_999_999, max: 999_999_999_999 }), (value) => {
        const tokens = tokensOf(numberToWords(value));
        expect(readNumber(tokens, 0)[0]).toEqual({ value: value + 0, end: tokens.length });
      }),
    );
  });

  it('come back with their decimals', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 99_999_999 }),
        fc.integer({ min: 0, max: 6 }),
        (digits, places) => {
          const value = digits / 10 ** places;
          expect(readNumber(tokensOf(numberToWords(value)), 0)[0]?.value).toBeCloseTo(value, 6);
        },
      ),
    );
  });

  it('come back from digits with separators', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e12 }), (value) => {
        expect(readNumber(tokensOf(value.toLocaleString('en-US')), 0)[0]?.value).toBe(value);
      }),
    );
  });

  it('have neither hyphens nor signs', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e14, max: 1e14, noNaN: true }), (value) => {
        expect(numberToWords(value)).toMatch(/^[a-z]+( [a-z]+)*$/);
      }),
    );
  });

  it.each([
    [0, 'zero'],
    [56, 'fifty six'],
    [105, 'one hundred five'],
    [1_000_000, 'one million'],
    [-3.25, 'minus three point two five'],
  ])('says %d as %s', (value, words) => expect(numberToWords(value)).toBe(words));

  it.each([
    ['two hundred and five', 205],
    ['a hundred', 100],
    ['twelve hundred', 1200],
    ['twenty-five', 25],
    ['a thousand and one', 1001],
    ['two and a half', 2.5],
    ['three point oh five', 3.05],
    ['5 million', 5_000_000],
  ])('reads %s', (words, value) => {
    const tokens = tokensOf(words);
    expect(readNumber(tokens, 0)[0]).toEqual({ value, end: tokens.length });
  });

  it('refuses what is too large to say', () => {
    expect(() => numberToWords(LARGEST_SPOKEN)).toThrow(RangeError);
  });
});

describe('ordinals and years', () => {
  it.each([
    [1, 'first'],
    [12, 'twelfth'],
    [20, 'twentieth'],
    [21, 'twenty first'],
    [31, 'thirty first'],
  ])('says %d. as %s', (value, words) => expect(ordinalToWords(value)).toBe(words));

  it.each([
    [2026, 'twenty twenty six'],
    [2005, 'two thousand five'],
    [1900, 'nineteen hundred'],
    [1905, 'nineteen oh five'],
  ])('says the year %d as %s', (year, words) => expect(yearToWords(year)).toBe(words));
});
