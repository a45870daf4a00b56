import type { Usage } from '@parley/shared';
import type { LedgerEntry } from '../metering/ledger.ts';

/** What one session has used so far, over all providers and attempts. */
export class SessionTotals {
  #audioMs = 0;
  #inputTokens = 0;
  #outputTokens = 0;
  #characters = 0;
  #isEstimated = false;

  add({ stage, units, isEstimated }: Pick<LedgerEntry, 'stage' | 'units' | 'isEstimated'>): void {
    switch (stage) {
      case 'transcriber':
        this.#audioMs += units.audioMs ?? 0;
        break;
      case 'generator':
        this.#inputTokens += units.inputTokens ?? 0;
        this.#outputTokens += units.outputTokens ?? 0;
        this.#isEstimated ||= isEstimated;
        break;
      case 'synthesizer':
        this.#characters += units.characters ?? 0;
    }
  }

  get usage(): Usage {
    return {
      asr_seconds: this.#audioMs / 1_000,
      llm_input_tokens: this.#inputTokens,
      llm_output_tokens: this.#outputTokens,
      tts_characters: this.#characters,
      ...(this.#isEstimated && { llm_tokens_estimated: true }),
    };
  }
}
