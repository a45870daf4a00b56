import type { SessionUsage } from '../../client/index.ts';

/** What one turn added to what its session had used. */
export interface TurnCost {
  readonly heardS: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly characters: number;
  readonly usd: number;
}

const NOTHING = {
  usage: { asr_seconds: 0, llm_input_tokens: 0, llm_output_tokens: 0, tts_characters: 0 },
  costUsd: 0,
};

/** @param samples - oldest first; each holds all of its session so far */
export function turnCostsOf(samples: readonly SessionUsage[]): readonly TurnCost[] {
  return samples.map((now, index) => {
    const earlier = samples[index - 1];
    const before = earlier?.sessionId === now.sessionId ? earlier : NOTHING;
    return {
      heardS: now.usage.asr_seconds - before.usage.asr_seconds,
      inputTokens: now.usage.llm_input_tokens - before.usage.llm_input_tokens,
      outputTokens: now.usage.llm_output_tokens - before.usage.llm_output_tokens,
      characters: now.usage.tts_characters - before.usage.tts_characters,
      usd: now.costUsd - before.costUsd,
    };
  });
}
