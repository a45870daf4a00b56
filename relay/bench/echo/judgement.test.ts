import { expect, test } from 'vitest';
import { judgeMonologue } from './judgement.ts';
import type { EchoNote } from './laboratory.ts';

const ASKED = [{ startMs: 0, endMs: 1_000 }];

const played = (atMs: number, playedMs: number, responseId = 'a'): EchoNote => ({
  ...{ atMs, type: 'progress', responseId, playedMs },
});
const vad = (atMs: number, name: string): EchoNote => ({ atMs, type: 'vad', name });
const ended = (atMs: number, status: 'completed' | 'cancelled', heardMs: number): EchoNote => ({
  ...{ atMs, type: 'ended', responseId: 'a', status, heardMs },
});

function judge(...notes: readonly EchoNote[]) {
  return judgeMonologue({ notes, questionsMs: ASKED, measuredDb: null });
}

test('an answer that nothing disturbs is speech and nothing else', () => {
  const question = [vad(100, 'suspected'), vad(200, 'started'), vad(900, 'ended')];
  expect(judge(...question, played(1_000, 50), ended(9_000, 'completed', 8_000))).toEqual({
    ...{ speechMs: 8_000, answers: 1, falseBargeIns: 0, firstFalseBargeIns: 0 },
    ...{ holds: 0, heldMs: 0, heard: [] },
  });
});

test('an answer that ends while the person is silent is a false barge-in, in the first turn too', () => {
  const disturbed = [vad(3_000, 'suspected'), vad(3_100, 'started'), vad(3_500, 'interruption')];
  const heard: EchoNote = { atMs: 3_600, type: 'heard', text: 'whale oil' };
  expect(judge(played(1_000, 50), ...disturbed, ended(3_510, 'cancelled', 2_000), heard)).toEqual({
    ...{ speechMs: 2_000, answers: 1, falseBargeIns: 1, firstFalseBargeIns: 1 },
    ...{ holds: 0, heldMs: 0, heard: ['whale oil'] },
  });
});

test('an answer that the next question ends is not one', () => {
  const notes = [played(1_000, 50), ended(5_000, 'cancelled', 2_000)];
  const questionsMs = [...ASKED, { startMs: 4_500, endMs: 5_500 }];
  expect(judgeMonologue({ notes, questionsMs, measuredDb: null })).toMatchObject({
    falseBargeIns: 0,
  });
});

test.each([
  ['dismissed', [vad(3_000, 'suspected'), vad(3_190, 'dismissed')], 190],
  [
    'taken for a backchannel',
    [vad(3_000, 'suspected'), vad(3_100, 'started'), vad(4_200, 'backchannel')],
    1_200,
  ],
  [
    'given up by the page',
    [vad(3_000, 'started'), played(3_100, 2_010), played(5_900, 2_300)],
    2_900,
  ],
])('a suspicion that is %s is a hold', (_, suspicion, heldMs) => {
  const figures = judge(
    ...[played(1_000, 50), played(2_950, 2_000), ...suspicion, played(6_000, 2_400)],
    ended(9_000, 'completed', 6_000),
  );
  expect(figures).toMatchObject({ falseBargeIns: 0, holds: 1, heldMs });
});
