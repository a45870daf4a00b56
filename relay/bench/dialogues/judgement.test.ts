import { expect, test } from 'vitest';
import type { Dialogue, Observation, Utterance } from './dialogue.ts';
import { judgeDialogue } from './judgement.ts';
import { figuresOf, tableOf } from './report.ts';

function dialogueOf(...utterances: readonly Utterance[]): Dialogue {
  return { name: 'd', kind: 'pause', transcriber: 'open', voice: 'slt', utterances };
}

const asks: Utterance = {
  parts: ['set a timer for', 800, 'ten minutes'],
  at: { after: 0 },
  expects: 'answer',
};
const listens: Utterance = { parts: ['mhm'], at: { over: 1_000 }, expects: 'listening' };
const stops: Utterance = { parts: ['stop'], at: { over: 1_000 }, expects: 'silence' };

/** A turn from 1 s to 3 s, taken as over at 3.3 s and answered from 3.6 s to 8 s. */
const SEEN: Observation = {
  name: 'd',
  utterances: [{ startMs: 1_000, endMs: 3_000 }],
  turnEnds: [{ atMs: 3_300, utterance: 1 }],
  answers: [{ atMs: 3_400, utterance: 1 }],
  voice: [{ startMs: 3_600, endMs: 8_000 }],
  flushedMs: [],
  endedMs: [8_000],
  lateMs: 0,
};

const judge = (seen: Partial<Observation>, ...utterances: readonly Utterance[]) =>
  judgeDialogue(dialogueOf(...utterances), { ...SEEN, ...seen });

test('a turn that was answered after its end is fine', () => {
  expect(judge({}, asks)).toMatchObject([
    {
      verdict: 'fine',
      endedEarly: false,
      endpointingMs: 300,
      text: 'set a timer for (800) ten minutes',
    },
  ]);
});

test('who is talked over is cut off', () => {
  const voice = [{ startMs: 2_500, endMs: 3_000 }];
  const turnEnds = [{ atMs: 1_900, utterance: 1 }];
  expect(judge({ voice, turnEnds }, asks)).toMatchObject([
    { verdict: 'cut-off', endedEarly: true },
  ]);
});

test('an answer to the first part alone is a cut-off', () => {
  const turnEnds = [
    { atMs: 1_900, utterance: 1 },
    { atMs: 3_300, utterance: 2 },
  ];
  const answers = [{ atMs: 2_000, utterance: 1 }];
  expect(judge({ turnEnds, answers }, asks)).toMatchObject([{ verdict: 'cut-off' }]);
});

test('a turn that was ended early is not a cut-off if the whole of it is answered', () => {
  const turnEnds = [
    { atMs: 1_900, utterance: 1 },
    { atMs: 3_300, utterance: 2 },
  ];
  const answers = [
    { atMs: 2_000, utterance: 1 },
    { atMs: 3_400, utterance: 2 },
  ];
  expect(judge({ turnEnds, answers }, asks)).toMatchObject([
    { verdict: 'fine', endedEarly: true, endpointingMs: 300 },
  ]);
});

const OVER = {
  utterances: [
    { startMs: 1_000, endMs: 3_000 },
    { startMs: 4_600, endMs: 5_000 },
  ],
};

test('a reply that a backchannel ends is a false barge-in', () => {
  expect(judge(OVER, asks, listens)[1]).toMatchObject({ verdict: 'fine' });
  expect(judge({ ...OVER, flushedMs: [5_100] }, asks, listens)[1]).toMatchObject({
    verdict: 'false-barge-in',
  });
});

test('so is one that breaks off before the person says anything', () => {
  const later: Utterance = { ...asks, at: { after: 300 } };
  expect(judge({ ...OVER, flushedMs: [4_000] }, asks, later)[0]).toMatchObject({
    verdict: 'false-barge-in',
  });
});

test('"stop" must end the reply, and nothing must follow', () => {
  const voice = [{ startMs: 3_600, endMs: 4_700 }];
  expect(judge({ ...OVER, voice, flushedMs: [4_900] }, asks, stops)[1]).toMatchObject({
    verdict: 'fine',
    silenceMs: 100,
  });
  expect(judge({ ...OVER, voice }, asks, stops)[1]).toMatchObject({ verdict: 'missed-stop' });
  const more = [...voice, { startMs: 5_900, endMs: 6_500 }];
  expect(judge({ ...OVER, voice: more, flushedMs: [4_900] }, asks, stops)[1]).toMatchObject({
    verdict: 'missed-stop',
  });
});

test('what was not reached has failed', () => {
  expect(judge({ utterances: [] }, asks)).toMatchObject([{ verdict: 'failed' }]);
});

test('the report counts shares of what was tried', () => {
  const outcomes = [
    ...judge(OVER, asks, listens),
    ...judge({ ...OVER, flushedMs: [5_100] }, asks, listens),
  ];
  expect(figuresOf(outcomes)).toMatchObject({
    utterances: 4,
    cut_off_percent: 0,
    false_barge_in_percent: 50,
    missed_stop_percent: null,
    unanswered: 0,
  });
  expect(tableOf(outcomes)).toHaveLength(3);
});
