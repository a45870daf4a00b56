import { STAGES } from '@parley/shared';
import { PriceList } from '../../people/metering/price-list.ts';
import type { Price } from '../../people/metering/prices.ts';
import { ceilingsOf, readPrices } from '../../people/metering/read-prices.ts';
import type { ProviderInUse } from '../../people/metering/turn-estimate.ts';
import { candidatesFor, isPaid, type Configuration, variablesOf } from './configuration.ts';

/** What turns cost under a configuration. */
export interface ProviderPrices {
  readonly prices: PriceList;
  readonly inUse: readonly ProviderInUse[];
}

/** @throws ConfigError if the file of prices is not right */
export function providerPrices({
  config,
  values,
  chosen,
}: Pick<Configuration, 'config' | 'values' | 'chosen'>): ProviderPrices {
  const own = STAGES.flatMap(candidatesFor).filter(
    (candidate) => candidate.isConfigured(values) && !isPaid(candidate, values),
  );
  const prices = new PriceList({
    // Of two for the same the first counts: what the operator says.
    overrides: [...readPrices(config.money.prices), ...own.map(({ name }) => freeOf(name))],
    ceilings: ceilingsOf(config.money),
  });
  const inUse = STAGES.flatMap((stage) =>
    chosen[stage].map((candidate) => ({
      stage,
      provider: candidate.name,
      model: candidate.model?.(values),
    })),
  );
  return { prices, inUse };
}

/** A server in the operator's own network, or one that knows no key, sends no bill. */
function freeOf(provider: string): Price {
  const rate = { unit: 'audio-minute', usd: 0 } as const;
  return { provider, model: '', rate, source: 'asks for no money', asOf: '' };
}

/** Where the providers in use are, by `stage:name`; those of the relay itself are left out. */
export function serviceUrls({ chosen, values }: Configuration): ReadonlyMap<string, string> {
  return new Map(
    STAGES.flatMap((stage) =>
      chosen[stage].flatMap((candidate) => {
        const { baseUrl } = variablesOf(candidate);
        const url = candidate.access?.(values)?.baseUrl ?? values[baseUrl];
        return typeof url === 'string' ? [[`${stage}:${candidate.name}`, url] as const] : [];
      }),
    ),
  );
}
