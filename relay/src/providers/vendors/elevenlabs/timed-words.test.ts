import { expect, it } from 'vitest';
import { WordJoiner } from './elevenlabs-synthesizer.ts';

/** 10 ms a character. */
function timed(text: string) {
  const chars = [...text];
  return {
    chars,
    startsMs: chars.map((_, n) => n * 10),
    durationsMs: chars.map(() => 10),
  };
}

it('joins characters into words, also across messages', () => {
  const joiner = new WordJoiner();
  expect(joiner.push(timed('Good mor'), 0)).toEqual([{ text: 'Good', startMs: 0, endMs: 40 }]);
  expect(joiner.push(timed('ning, all'), 80)).toEqual([
    { text: 'morning,', startMs: 50, endMs: 130 },
  ]);
  expect(joiner.flush()).toEqual([{ text: 'all', startMs: 140, endMs: 170 }]);
  expect(joiner.flush()).toEqual([]);
});

it('finds no words in spaces', () => {
  const joiner = new WordJoiner();
  expect(joiner.push(timed('   '), 0)).toEqual([]);
  expect(joiner.flush()).toEqual([]);
});
