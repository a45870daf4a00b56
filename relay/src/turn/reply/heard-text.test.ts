import { expect, it } from 'vitest';
import { heardText } from './heard-text.ts';

const plain = { isAside: false, words: [] };
const clauses = [
  { text: 'It is noon.', startMs: 0, endMs: 900, ...plain },
  { text: 'Time for lunch now.', startMs: 900, endMs: 2_100, ...plain },
];

it.each([
  [0, ''],
  [450, 'It'],
  [900, 'It is noon.'],
  [1_500, 'It is noon. Time for'],
  [5_000, 'It is noon. Time for lunch now.'],
])('after %i ms, "%s" was heard', (playedMs, heard) => {
  expect(heardText(clauses, playedMs)).toBe(heard);
});

it('counts a clause whose audio has not begun as unheard', () => {
  expect(heardText([{ text: 'Not yet.', startMs: 0, endMs: 0, ...plain }], -1)).toBe('');
});
