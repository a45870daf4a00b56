import { expect, test } from 'vitest';
import { turnCostsOf } from './cost-table.tsx';

function usage(sessionId: string, costUsd: number, tokens: number) {
  return {
    sessionId,
    costUsd,
    budgetUsd: 5,
    usage: {
      asr_seconds: tokens / 10,
      llm_input_tokens: tokens,
      llm_output_tokens: tokens / 2,
      tts_characters: tokens * 2,
    },
  };
}

test('a turn costs what it added to its session', () => {
  expect(turnCostsOf([usage('a', 0.25, 100), usage('a', 0.75, 180)])).toEqual([
    { heardS: 10, inputTokens: 100, outputTokens: 50, characters: 200, usd: 0.25 },
    { heardS: 8, inputTokens: 80, outputTokens: 40, characters: 160, usd: 0.5 },
  ]);
});

test('another session begins at nothing', () => {
  const [, second] = turnCostsOf([usage('a', 0.75, 180), usage('b', 0.25, 20)]);
  expect(second).toMatchObject({ inputTokens: 20, usd: 0.25 });
});
