import { describe, expect, it } from 'vitest';
import { restOf, type BrokenOff } from './spoken-rest.ts';

const TEXT = 'It costs $5 today.';
/** The vendor says "five dollars" for what is one word of the text. */
const WORDS = [
  { text: 'It', startMs: 50, endMs: 200 },
  { text: 'costs', startMs: 200, endMs: 500 },
];

const rest = (brokenOff: Partial<BrokenOff>) =>
  restOf({ text: TEXT, deliveredMs: 0, words: [], msPerCharacter: 50, ...brokenOff });

describe('the rest of a clause that broke off', () => {
  it.each([
    [0, TEXT],
    [198, TEXT],
    [200, 'costs $5 today.'],
    [498, 'costs $5 today.'],
    [500, '$5 today.'],
  ])('after %i ms goes by the words that the vendor timed', (deliveredMs, expected) => {
    expect(rest({ deliveredMs, words: WORDS })).toBe(expected);
  });

  it('goes by the length of the audio beyond the last word that was timed', () => {
    expect(rest({ deliveredMs: 649, words: WORDS })).toBe('today.');
    expect(rest({ deliveredMs: 1_000, words: WORDS })).toBe('');
  });

  it('goes by the length of the audio where no word was timed', () => {
    expect(rest({ deliveredMs: 99 })).toBe('costs $5 today.');
    expect(rest({ deliveredMs: 350 })).toBe('costs $5 today.');
    expect(rest({ deliveredMs: 400 })).toBe('$5 today.');
    expect(rest({ deliveredMs: 5_000 })).toBe('');
  });

  it('takes every word for spoken where the vendor timed more than there are', () => {
    const words = Array.from({ length: 6 }, (_, index) => ({
      text: 'la',
      startMs: index * 100,
      endMs: index * 100 + 100,
    }));
    expect(rest({ deliveredMs: 600, words })).toBe('');
    expect(rest({ deliveredMs: 500, words })).toBe('');
  });
});
