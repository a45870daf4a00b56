import { expect, test } from 'vitest';
import type { LineCall } from './line-call.ts';
import { aimsOf, figuresOf, type Run } from './report.ts';

/** A call whose answers begin so late; null: there was none. */
function call(...times: readonly (number | null)[]): LineCall {
  return {
    turns: times.map((voiceToVoiceMs) => ({
      voiceToVoiceMs,
      heard: 'what is 7 times 8',
      reply: voiceToVoiceMs === null ? '' : '7 times 8 is 56.',
      speechBytesUp: 9_000,
      bytesUp: 10_000,
      codec: 'pcm16',
      sockets: 1,
    })),
    doubled: 0,
    problems: [],
  };
}

function run(mode: Run['mode'], lossPercent: number, ...calls: readonly LineCall[]): Run {
  return { mode, lossPercent, calls };
}

const missed = (runs: readonly Run[]) =>
  aimsOf(runs)
    .filter(({ isReached }) => !isReached)
    .map(({ name }) => name);

test('a figure of a line is the middle call’s', () => {
  const calls = [call(600, 700, 900), call(610, 650, 800), call(600, 5_000, 6_000)];
  expect(figuresOf({ calls })).toMatchObject({ median_ms: 700, max_ms: 900, turns: 9, lost: 0 });
});

test('an answer that did not come is lost, and not a time', () => {
  const lost = call(600, null, 620);
  expect(figuresOf({ calls: [lost] })).toMatchObject({ median_ms: 610, max_ms: 620, lost: 1 });
  expect(missed([run('auto', 5, lost)])).toEqual(['auto, 5 % loss, turns lost or doubled']);
});

test('what is said or answered twice is doubled', () => {
  const twice = { ...call(600), doubled: 1 };
  expect(missed([run('pcm', 0, twice)])).toEqual(['pcm, 0 % loss, turns lost or doubled']);
});

test('only the answer to the question counts as heard rightly', () => {
  // The second question is another one.
  expect(figuresOf({ calls: [call(600, 600)] })).toMatchObject({ turns: 2, right: 1 });
});

test('later answers are held against the same client on a line without loss', () => {
  const good = run('auto', 0, call(600, 600, 700));
  const late = run('auto', 5, call(600, 651, 951));
  expect(missed([good, run('auto', 5, call(600, 650, 950))])).toEqual([]);
  expect(missed([good, late])).toEqual([
    'auto, 5 % loss, median later than without loss, ms',
    'auto, 5 % loss, maximum later than without loss, ms',
  ]);
  expect(missed([run('opus', 0, call(600, 600, 700)), late])).toEqual([]);
});

test('PCM16 may be late, and Opus sends at most a ninth of its bytes', () => {
  const pcm = call(600);
  const opus = (speechBytesUp: number): LineCall => ({
    ...pcm,
    turns: pcm.turns.map((turn) => ({ ...turn, speechBytesUp })),
  });
  const late = [run('pcm', 0, pcm), run('pcm', 10, call(9_000))];
  expect(missed([...late, run('opus', 0, opus(1_000))])).toEqual([]);
  expect(missed([...late, run('opus', 0, opus(1_100))])).toEqual([
    'opus, 0 % loss, bytes of speech, share of PCM16’s',
  ]);
});
