import { costMicroUsd } from './cost.ts';
import type { Stage, UsedUnits } from './ledger.ts';
import { priceInWords, priceOf, PRICES, type Price, type Rate } from './prices.ts';

/** What a provider costs whose price is not known, a rate for each stage. */
export type PriceCeilings = Readonly<Record<Stage, Rate>>;

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
