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
  /** Longest utterance. */
  readonly maxUtteranceMs: number;
}

/** Instructions and tools. */
const FIXED_INPUT_TOKENS = 2_000;
/** Rounds of an answer that uses a tool. */
const STEPS = 2;
/** Of an answer, with some thoughts. */
const OUTPUT_TOKENS = 600;
/** A minute of voice. */
const ANSWER_CHARACTERS = 1_000;
const CHARACTERS_PER_TOKEN = 4;
/** Of those vendors that count their audio in tokens. */
const AUDIO_TOKENS_PER_CHARACTER = 1.4;

/** What a turn will cost, before it is known: the longest utterance, and an answer that is long. */
export class TurnEstimate {
  readonly #prices: PriceList;
  readonly #inUse: readonly ProviderInUse[];
  readonly #fixedMicroUsd: number;

  constructor({ prices, inUse, maxUtteranceMs }: TurnEstimateOptions) {
    this.#prices = prices;
    this.#inUse = inUse;
    this.#fixedMicroUsd =
      this.#stage('transcriber', { audioMs: maxUtteranceMs }) +
      this.#stage('synthesizer', spokenUnits(ANSWER_CHARACTERS));
  }

  /** Micro-dollars; 0 if no provider costs anything. */
  turn(historyTokens: number): number {
    const inputTokens = STEPS * (historyTokens + FIXED_INPUT_TOKENS);
    return (
      this.#fixedMicroUsd + this.#stage('generator', { inputTokens, outputTokens: OUTPUT_TOKENS })
    );
  }

  /** To speak a text of the relay's own, micro-dollars. */
  speech(text: string): number {
    return this.#stage('synthesizer', spokenUnits(text.length));
  }

  /** The two that cost most: the second may have to do the work of the first again, or beside it. */
  #stage(stage: Stage, units: UsedUnits): number {
    const costs = this.#inUse
      .filter((each) => each.stage === stage)
      .map(({ provider, model = '' }) => this.#prices.cost(stage, provider, model, units).microUsd);
    const [first = 0, second = 0] = costs.toSorted((a, b) => b - a);
    return first + second;
  }
}

function spokenUnits(characters: number): UsedUnits {
  return {
    characters,
    inputTokens: Math.ceil(characters / CHARACTERS_PER_TOKEN),
    outputTokens: Math.ceil(characters * AUDIO_TOKENS_PER_CHARACTER),
  };
}
