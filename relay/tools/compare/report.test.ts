import { expect, test } from 'vitest';
import { FIGURES } from './figures.ts';
import { jsonOf, judgementsOf, linesOf, sentenceOf } from './report.ts';

const { figures } = FIGURES.relay;
/** Chunks that cost so much more on the head, percent, pair by pair. */
const costing = (...percents: readonly number[]) =>
  percents.map((percent) => ({
    head: { cpu_us_per_chunk: 50 * (1 + percent / 100), wrong_chunks: 0 },
    base: { cpu_us_per_chunk: 50, wrong_chunks: 0 },
  }));

test.each([
  [[9, 11, 10, 10, 8, 12], 'slower by 10 % (+8 % to +12 %); 5 % counts'],
  [[-9, -11, -10, -10, -8, -12], 'faster by 10 % (−12 % to −8 %); 5 % counts'],
  [[-1, 0.5, 1, 0, 0, 0], 'no difference (−1 % to +1 %; 5 % would count)'],
  [[1, 2, 2, 3, 2, 2], 'no difference that counts (+1 % to +3 %; 5 % would count)'],
  [[-9, 20, 1, 0, 0, 2], 'undecided: +0.5 % (−9 % to +20 %; 5 % would count)'],
  [[20], 'undecided: +20 %; 6 pairs or more show how sure that is'],
])('changes of %j percent read %j', (percents, sentence) => {
  const { cpu_us_per_chunk: judgement } = judgementsOf(costing(...percents), figures);
  expect(sentenceOf(judgement!, figures['cpu_us_per_chunk']!)).toBe(sentence);
});

test('each figure that both print is a line, and an entry for programs', () => {
  const judgements = judgementsOf(costing(9, 11, 10, 10, 8, 12), figures);
  expect(linesOf(judgements, figures)).toEqual([
    '                        base       now   ',
    'cpu_us_per_chunk          50        55   slower by 10 % (+8 % to +12 %); 5 % counts',
    'wrong_chunks               0         0   no difference (+0 to +0; 1 would count)',
  ]);
  expect(jsonOf(judgements, figures)).toMatchObject({
    cpu_us_per_chunk: {
      base: 50,
      now: 55,
      ratio: 1.1,
      change: 10,
      from: 8,
      to: 12,
      threshold: 5,
      verdict: 'worse',
    },
    wrong_chunks: { base: 0, now: 0, change: 0, verdict: 'same' },
  });
});
