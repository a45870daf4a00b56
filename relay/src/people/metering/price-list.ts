import type { Stage } from '@parley/shared';
import type { UsedUnits } from './ledger.ts';
import { priceInWords, priceOf, PRICES, type Price, type PriceRate } from './prices.ts';

const MICRO_PER_USD = 1_000_000;

const MS_PER_MINUTE = 60_000;

const MILLION = 1_000_000;

/** What a provider costs whose price is not known, a rate for each stage. */
export type PriceCeilings = Readonly<Record<Stage, PriceRate>>;

export interface PricedUse {
  readonly microUsd: number;
  /** false: the ceiling stands in for a price that is not known. */
  readonly isPriced: boolean;
}

export interface PriceListOptions {
  /** Go before the relay's own, however much longer a name those are for. */
  readonly overrides?: readonly Price[];
  readonly ceilings: PriceCeilings;
}

/** Prices that the operator has set, the relay's own, and a ceiling for what neither knows. */
export class PriceList {
  readonly #overrides: readonly Price[];
  readonly #ceilings: PriceCeilings;
  /** Few: providers and models are those of the configuration. */
  readonly #known = new Map<string, Price | undefined>();

  constructor({ overrides = [], ceilings }: PriceListOptions) {
    this.#overrides = overrides;
    this.#ceilings = ceilings;
  }

  /** @returns undefined if the price is not known */
  find(provider: string, model = ''): Price | undefined {
    const key = `${provider}\n${model}`;
    if (!this.#known.has(key)) {
      const found = priceOf(provider, model, this.#overrides) ?? priceOf(provider, model, PRICES);
      this.#known.set(key, found);
    }
    return this.#known.get(key);
  }

  /** What counts if a price is not known, e.g. `$0.05 a minute`. */
  ceilingInWords(stage: Stage): string {
    return priceInWords({ rate: this.#ceilings[stage] });
  }

  /** What units of a provider's work cost, or at the most cost. */
  cost(stage: Stage, provider: string, model: string, units: UsedUnits): PricedUse {
    const known = this.find(provider, model);
    return {
      microUsd: costMicroUsd(units, known?.rate ?? this.#ceilings[stage]),
      isPriced: known !== undefined,
    };
  }
}

/**
 * What units cost, whole micro-dollars. **The one rule of rounding**: the exact cost of an entry is
 * rounded up once, to the next micro-dollar; sums add what is rounded. Units that the rate does not
 * price cost nothing.
 */
export function costMicroUsd(units: UsedUnits, rate: PriceRate): number {
  switch (rate.unit) {
    case 'audio-minute':
      return roundedUp([[units.audioMs, rate.usd]], MS_PER_MINUTE);
    case 'million-characters':
      return roundedUp([[units.characters, rate.usd]], MILLION);
    case 'million-tokens': {
      const { inputTokens = 0, cachedInputTokens = 0, cacheWriteTokens = 0 } = units;
      const { inputUsd, cachedInputUsd = inputUsd, cacheWriteUsd = inputUsd, outputUsd } = rate;
      return roundedUp(
        [
          [inputTokens - cachedInputTokens - cacheWriteTokens, inputUsd],
          [cachedInputTokens, cachedInputUsd],
          [cacheWriteTokens, cacheWriteUsd],
          [units.outputTokens, outputUsd],
        ],
        MILLION,
      );
    }
  }
}

/** @param parts - how much of something, and what `per` of it cost, USD to the millionth */
function roundedUp(parts: readonly (readonly [number | undefined, number])[], per: number): number {
  let exact = 0n;
  for (const [amount = 0, usd] of parts) {
    const whole = BigInt(Math.ceil(Math.max(0, amount)));
    exact += whole * BigInt(Math.round(usd * MICRO_PER_USD));
  }
  const divisor = BigInt(per);
  return Number((exact + divisor - 1n) / divisor);
}
