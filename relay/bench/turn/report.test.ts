import { expect, test } from 'vitest';
import { overheadParts, reportOf } from './report.ts';

const delays = { asr: 100, llm: 150, tts: 80 };

test('what the providers really took is taken away', () => {
  const talks = [
    {
      answered: [
        { turn: 1, ms: 342, timeline: {} },
        { turn: 2, ms: 336, timeline: {} },
        { turn: 3, ms: 337, timeline: {} },
      ],
      problems: [],
    },
    {
      answered: [
        { turn: 4, ms: 345, timeline: {} },
        { turn: 5, ms: 338, timeline: {} },
      ],
      problems: ['a reply did not come'],
    },
    { answered: [{ turn: 6, ms: 400, timeline: {} }], problems: [] },
  ];
  const took = Object.fromEntries([1, 2, 3, 4, 5].map((n) => [n, { asr: 101, llm: 151, tts: 81 }]));
  expect(reportOf(delays, talks, took)).toEqual({
    bench: 'turn',
    talkers: 3,
    provider_ms: delays,
    overhead_ms: { p50: 5, p99: 12 },
    first_turn_penalty_ms: 6.5,
    turns: 5,
    errors: 2,
  });
});

test('the overhead is told by where it lies', () => {
  const timeline = {
    end_received: 1_000,
    asr_final: 1_103,
    llm_first_token: 1_258,
    first_clause: 1_260,
    tts_first_audio: 1_344,
  };
  const talks = [{ answered: [{ turn: 1, ms: 350, timeline }], problems: [] }];
  expect(overheadParts(talks, { 1: { asr: 101, llm: 152, tts: 80 } })).toEqual({
    network: 6,
    asr: 2,
    llm: 3,
    clause: 2,
    tts: 4,
  });
});
