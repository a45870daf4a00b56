import type { Stage } from '@parley/shared';
import type { UsedUnits } from './ledger.ts';
import type { PriceList } from './price-list.ts';

/** A provider that may be asked, with its model as the price list names it. */
export interface ProviderInUse {
  readonly stage: Stage;
  readonly provider: string;
  readonly model: string | undefined;
}

export interface TurnEstimateOptions {
  readonly prices: PriceList;
  readonly inUse: readonly ProviderInUse[];
}

/** Instructions and tools. */
const FIXED_INPUT_TOKENS = 2_000;
/** Of an answer, with some thoughts. */
const OUTPUT_TOKENS = 600;
/** Of an answer, beyond what of it was spoken: some twenty seconds of voice. */
const CHARACTERS_AHEAD = 300;
const CHARACTERS_PER_TOKEN = 4;
/** Of those vendors that count their audio in tokens. */
const AUDIO_TOKENS_PER_CHARACTER = 1.4;

/** What the parts of a turn will cost with the dearest provider, micro-dollars. */
export class TurnEstimate {
  readonly #prices: PriceList;
  readonly #inUse: readonly ProviderInUse[];
  /** No provider costs anything. */
  readonly isFree: boolean;

  constructor({ prices, inUse }: TurnEstimateOptions) {
    this.#prices = prices;
    this.#inUse = inUse;
    const { generator, synthesizer } = this.answer(0, 0);
    this.isFree = this.hearing(60_000) + generator + synthesizer === 0;
  }

  hearing(audioMs: number): number {
    return this.#stage('transcriber', { audioMs });
  }

  /**
   * An answer, of which so much was spoken, and a little more.
   *
   * @param historyTokens - the model is sent all of it at once
   */
  answer(historyTokens: number, spokenCharacters = 0) {
    const inputTokens = historyTokens + FIXED_INPUT_TOKENS;
    return {
      generator: this.#stage('generator', { inputTokens, outputTokens: OUTPUT_TOKENS }),
      synthesizer: this.speech(spokenCharacters + CHARACTERS_AHEAD),
    };
  }

  /** To speak so many characters. */
  speech(characters: number): number {
    return this.#stage('synthesizer', {
      characters,
      inputTokens: Math.ceil(characters / CHARACTERS_PER_TOKEN),
      outputTokens: Math.ceil(characters * AUDIO_TOKENS_PER_CHARACTER),
    });
  }

  #stage(stage: Stage, units: UsedUnits): number {
    const costs = this.#inUse
      .filter((each) => each.stage === stage)
      .map(({ provider, model = '' }) => this.#prices.cost(stage, provider, model, units).microUsd);
    return Math.max(0, ...costs);
  }
}
