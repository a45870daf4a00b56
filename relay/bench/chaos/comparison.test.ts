import { expect, test } from 'vitest';
import { differences, faultsOf } from './comparison.ts';
import type { Conversation } from './conversation.ts';

const GOOD: Conversation = {
  transcripts: ['one', 'two'],
  replies: [
    { text: 'First.', status: 'completed' },
    { text: 'Second.', status: 'completed' },
  ],
  sounds: [
    { samples: 16_000, digest: 'aaaaaaaaaa', playedMs: 1_000 },
    { samples: 8_000, digest: 'bbbbbbbbbb', playedMs: 500 },
  ],
  waitsMs: [300, 400],
  speechMs: 3_000,
  resumptions: 0,
  besides: 0,
  phases: [],
  lateMs: 0,
};
const [first, second] = GOOD.sounds;
const FIRST = first!;
const SECOND = second!;

test('conversations with the same words and voices do not differ, however long they took', () => {
  expect(differences(GOOD, { ...GOOD, resumptions: 7, waitsMs: [9_000, 12_000] })).toEqual([]);
  expect(faultsOf(GOOD, 2)).toEqual([]);
});

test('refusals with other examples do not differ, if they were played whole', () => {
  const refusing = (example: string, digest: string): Conversation => {
    const text = `I didn't catch that. I understand things like: ${example}`;
    return {
      ...GOOD,
      replies: [{ text, status: 'completed' }, GOOD.replies[1]!],
      sounds: [{ ...FIRST, digest }, SECOND],
    };
  };
  const good = refusing('what time is it?', 'aaaaaaaaaa');
  const other = refusing('tell me a joke.', 'cccccccccc');
  expect(differences(good, other)).toEqual([]);
  const torn = { ...other, sounds: [{ ...FIRST, playedMs: 300 }, SECOND] };
  expect(differences(good, torn)).toEqual(['voice 1: 700 ms of it were not played']);
  expect(differences(GOOD, other)).toHaveLength(2);
});

test.each<[string, Partial<Conversation>, readonly string[]]>([
  [
    'a sample that is missing',
    { sounds: [{ ...FIRST, samples: 15_999, digest: 'cccccccccc' }, SECOND] },
    ['voice 1: 16000 samples, aaaaaaaa -> 15999 samples, cccccccc'],
  ],
  [
    'voice that came and was not played',
    { sounds: [FIRST, { ...SECOND, playedMs: 400 }] },
    ['voice 2: 100 ms of it were not played'],
  ],
  [
    'voice that did not end',
    { sounds: [FIRST, { ...SECOND, playedMs: undefined }] },
    ['voice 2: not played to its end'],
  ],
  [
    'an answer that was heard twice',
    {
      replies: [...GOOD.replies, GOOD.replies[1]!],
      sounds: [...GOOD.sounds, SECOND],
    },
    ['answer 3: none -> completed: Second.', 'voice 3: none -> 8000 samples, bbbbbbbb'],
  ],
  [
    'answers in another order',
    { replies: GOOD.replies.toReversed() },
    [
      'answer 1: completed: First. -> completed: Second.',
      'answer 2: completed: Second. -> completed: First.',
    ],
  ],
  ['words that are lost', { transcripts: ['one', ''] }, ['transcript 2: two -> ']],
  ['a call that ended', { problem: 'The session was lost.' }, ['The session was lost.']],
])('%s is a difference', (_, changed, lines) => {
  expect(differences(GOOD, { ...GOOD, ...changed })).toEqual(lines);
});

test('a conversation over good lines that misses an answer is not compared unnoticed', () => {
  expect(faultsOf({ ...GOOD, replies: GOOD.replies.slice(0, 1) }, 2)).toEqual([
    '1 answers to 2 questions',
  ]);
});
