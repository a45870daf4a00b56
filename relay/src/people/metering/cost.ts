import type { UsedUnits } from './ledger.ts';
import type { Rate } from './prices.ts';

const MICRO_PER_USD = 1_000_000;
const MS_PER_MINUTE = 60_000;
const MILLION = 1_000_000;

/**
 * What units cost, whole micro-dollars. **The one rule of rounding**: the exact cost of an entry is
 * rounded up once, to the next micro-dollar; sums add what is rounded. Units that the rate does not
 * price cost nothing.
 */
export function costMicroUsd(units: UsedUnits, rate: Rate): number {
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
