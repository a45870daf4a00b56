import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { MoneyConfig } from '../../base/config/money-settings.ts';
import { ConfigError } from '../../base/config/read-settings.ts';
import type { PriceCeilings } from './price-list.ts';
import type { Price, PriceRate } from './prices.ts';

const MICRO_PER_USD = 1_000_000;
const EXPECTED_RATE =
  'expected "free", {"audio_minute"}, {"million_characters"} or {"million_input_tokens", "million_output_tokens"}, in US dollars with six digits after the point at the most';

/** Costs are counted in micro-dollars, and so are prices: a finer one could not be charged. */
const price = z
  .number()
  .min(0)
  .max(1_000_000)
  .refine((usd) => Math.abs(usd * MICRO_PER_USD - Math.round(usd * MICRO_PER_USD)) < 1e-3);

const rate = z.union(
  [
    z
      .strictObject({ audio_minute: price })
      .transform((usd): PriceRate => ({ unit: 'audio-minute', usd: usd.audio_minute })),
    z
      .strictObject({ million_characters: price })
      .transform((usd): PriceRate => ({ unit: 'million-characters', usd: usd.million_characters })),
    z
      .strictObject({
        million_input_tokens: price,
        million_cached_input_tokens: price.optional(),
        million_cache_write_tokens: price.optional(),
        million_output_tokens: price,
      })
      .transform((usd): PriceRate => {
        const {
          million_input_tokens: inputUsd,
          million_cached_input_tokens: cachedInputUsd = inputUsd,
          million_cache_write_tokens: cacheWriteUsd = inputUsd,
          million_output_tokens: outputUsd,
        } = usd;
        return { unit: 'million-tokens', inputUsd, cachedInputUsd, cacheWriteUsd, outputUsd };
      }),
    z.literal('free').transform((): PriceRate => ({ unit: 'audio-minute', usd: 0 })),
  ],
  { error: EXPECTED_RATE },
);

const prices = z.array(
  z
    .strictObject({
      provider: z.string().min(1),
      /** Beginning of the model's name; without it, every model. */
      model: z.string().default(''),
      usd: rate,
      source: z.string().default('PRICES'),
      as_of: z.string().default(''),
    })
    .transform(({ provider, model, usd, source, as_of: asOf }): Price => ({
      provider,
      model,
      rate: usd,
      source,
      asOf,
    })),
);

/**
 * The operator's own prices.
 *
 * @param source - path of a JSON file, or the JSON itself; undefined: none
 * @throws ConfigError that names what is wrong
 */
export function readPrices(source: string | undefined): readonly Price[] {
  if (source === undefined) return [];
  let json: unknown;
  try {
    json = JSON.parse(source.trimStart().startsWith('[') ? source : readFileSync(source, 'utf8'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const problem = code === undefined ? `it is not valid JSON: ${message}` : 'it cannot be read';
    throw new ConfigError([`PRICES: found ${JSON.stringify(source)}, but ${problem}.`]);
  }
  const parsed = prices.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    parsed.error.issues.map(({ path, message }) => `PRICES: ${placeOf(path)}: ${message}.`),
  );
}

/** What counts for a provider whose price is not known. */
export function ceilingsOf({ ceilings }: Pick<MoneyConfig, 'ceilings'>): PriceCeilings {
  const { audioMinute, millionTokens, millionCharacters } = ceilings;
  return {
    transcriber: { unit: 'audio-minute', usd: audioMinute },
    generator: { unit: 'million-tokens', inputUsd: millionTokens, outputUsd: millionTokens },
    synthesizer: { unit: 'million-characters', usd: millionCharacters },
  };
}

function placeOf([index, ...fields]: readonly PropertyKey[]): string {
  if (typeof index !== 'number') return 'the whole';
  return [`price ${index + 1}`, ...fields.map(String)].join(', ');
}
