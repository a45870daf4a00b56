import { expect, test } from 'vitest';
import { reportOf } from './report.ts';

const delays = { asr: 100, llm: 150, tts: 80 };

test('what the providers take by script is taken away', () => {
  const talks = [
    { answeredMs: [340, 333, 334], problems: [] },
    { answeredMs: [342, 335, 336], problems: ['a reply did not come'] },
  ];
  expect(reportOf(delays, talks)).toEqual({
    bench: 'turn',
    talkers: 2,
    provider_ms: delays,
    overhead_ms: { p50: 5, p99: 12 },
    first_turn_penalty_ms: 6.5,
    turns: 6,
    errors: 1,
  });
});
