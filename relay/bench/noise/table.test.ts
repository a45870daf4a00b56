import { expect, it } from 'vitest';
import { grammarOf, parseSentences } from './clips.ts';
import { figuresOf, tableOf, type Outcome } from './table.ts';

const outcome = (verdict: Outcome['verdict']): Outcome => ({ said: 'a', heard: 'b', verdict });

it('shows the share of each verdict in a condition', () => {
  const outcomes = [outcome('right'), outcome('right'), outcome('refused'), outcome('wrong')];
  const figures = figuresOf('clean', outcomes);
  expect(figures).toEqual({
    condition: 'clean',
    spoken: 4,
    right_percent: 50,
    refused_percent: 25,
    wrong_percent: 25,
  });
  expect(tableOf([figures]).split('\n')[1]).toMatch(/^clean\s+4\s+50\s+25\s+25$/);
});

it('takes a line of the list for a recording, or for what could have been said instead', () => {
  const lines = parseSentences('a_1.wav: Ten of Clubs\n\nten of hearts\n');
  expect(lines).toEqual([
    { file: 'a_1.wav', sentence: 'ten of clubs' },
    { file: undefined, sentence: 'ten of hearts' },
  ]);
  expect(grammarOf(lines.map(({ sentence }) => sentence)).rules).toBe(
    '<utterance> = ten of clubs | ten of hearts;',
  );
});
