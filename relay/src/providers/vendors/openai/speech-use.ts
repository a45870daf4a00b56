import { estimateTokens } from '../../../base/lib/token-estimate.ts';
import type { UsedUnits } from '../../../people/metering/ledger.ts';
import { ProviderError } from '../../../call/stages/provider-error.ts';

/** `gpt-4o-mini-tts` costs $0.015 a minute at $12 a million tokens (OpenAI's price list). */
const TOKENS_PER_MINUTE = 1_250;
/** How long a voice takes for a character. */
const CHARACTER_MS = 65;

/**
 * What one reply takes of `/audio/speech`. Its answers are nothing but audio: the tokens are
 * estimated from the text, all of which the server speaks even if the rest is not read.
 */
export class SpeechUse {
  #characters = 0;
  #inputTokens = 0;

  asked(text: string, answer: Promise<unknown>): void {
    this.#add(text, 1);
    answer.catch((error: unknown) => {
      if (error instanceof ProviderError && error.isRefusal) this.#add(text, -1);
    });
  }

  /** Reports what was not reported before, if there is anything. */
  report(onUsed: (units: UsedUnits) => void): void {
    const [characters, inputTokens] = [this.#characters, this.#inputTokens];
    this.#characters = this.#inputTokens = 0;
    if (characters <= 0) return;
    const outputTokens = Math.ceil((characters * CHARACTER_MS * TOKENS_PER_MINUTE) / 60_000);
    onUsed({ characters, inputTokens, outputTokens });
  }

  #add(text: string, times: 1 | -1): void {
    this.#characters += times * text.length;
    this.#inputTokens += times * estimateTokens(text);
  }
}
