import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstWords, heardWords, wordEnds, wordStart, wordsHeardOf } from './heard-words.ts';

const HAPPY = {
  text: 'I am extraordinarily happy today.',
  startMs: 0,
  audioMs: 2_000,
  wordEndsMs: [],
};

describe('wordsHeardOf', () => {
  it('gives a word the share of the audio that its characters are of the text', () => {
    expect(firstWords(HAPPY.text, wordsHeardOf(HAPPY, 1_000))).toBe('I am');
    expect(firstWords(HAPPY.text, wordsHeardOf(HAPPY, 1_300))).toBe('I am extraordinarily');
  });

  it('believes the voice if it timed words, and estimates the words after them', () => {
    const timed = { ...HAPPY, wordEndsMs: [700, 900] };
    expect(wordsHeardOf(timed, 700)).toBe(1);
    expect(wordsHeardOf(timed, 699)).toBe(0);
    expect(wordsHeardOf(timed, 1_000)).toBe(2);
    expect(wordsHeardOf(timed, 2_000)).toBe(5);
  });

  it('counts nothing before the clause begins, and a clause without audio as soon as it does', () => {
    const later = { ...HAPPY, startMs: 500 };
    expect(wordsHeardOf(later, 400)).toBe(0);
    expect(wordsHeardOf({ ...later, audioMs: 0 }, 499)).toBe(0);
    expect(wordsHeardOf({ ...later, audioMs: 0 }, 500)).toBe(5);
  });
});

describe('heardWords', () => {
  it('names the first clause that was not heard to its end', () => {
    const clauses = [HAPPY, { ...HAPPY, startMs: 2_200 }];
    expect(heardWords(clauses, 0)).toEqual({ clause: 0, words: 0 });
    expect(heardWords(clauses, 2_100)).toEqual({ clause: 1, words: 0 });
    expect(heardWords(clauses, 3_200)).toEqual({ clause: 1, words: 2 });
    expect(heardWords(clauses, 9_999)).toEqual({ clause: 2, words: 0 });
  });

  it('never goes back while playback goes on', () => {
    const clause = fc.record({
      text: fc.string(),
      audioMs: fc.nat(5_000),
      gapMs: fc.nat(300),
      wordEndsMs: fc
        .array(fc.nat(5_000), { maxLength: 8 })
        .map((ends) => ends.toSorted((a, b) => a - b)),
    });
    fc.assert(
      fc.property(
        fc.array(clause, { maxLength: 5 }),
        fc.nat(20_000),
        fc.nat(3_000),
        (drawn, atMs, moreMs) => {
          let startMs = 0;
          const clauses = drawn.map((one) => {
            const placed = { ...one, startMs };
            startMs += one.audioMs + one.gapMs;
            return placed;
          });
          const before = heardWords(clauses, atMs);
          const after = heardWords(clauses, atMs + moreMs);
          expect(after.clause * 1_000 + after.words).toBeGreaterThanOrEqual(
            before.clause * 1_000 + before.words,
          );
        },
      ),
    );
  });
});

it('splits a text between two words without losing a character of either', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(20), (text, count) => {
      const start = wordStart(text, count);
      expect(firstWords(text, count) + text.slice(firstWords(text, count).length)).toBe(text);
      expect(text.slice(firstWords(text, count).length, start).trim()).toBe('');
    }),
  );
});

it('ends the last word with the audio if the voice timed no words', () => {
  expect(wordEnds(HAPPY).at(-1)).toBeCloseTo(2_000);
});

it('gives a figure the time of its words if the voice timed none', () => {
  const written = { text: 'It is 2:39 now.', startMs: 0, audioMs: 2_400, wordEndsMs: [] };
  const [, before = 0, time = 0, end = 0] = wordEnds(written);
  // "It is two thirty nine now."
  expect((time - before) / (end - time)).toBeCloseTo(17 / 5);
  expect(end).toBe(2_400);
});
