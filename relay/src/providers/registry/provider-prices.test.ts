import { STAGES } from '@parley/shared';
import { describe, expect, it } from 'vitest';
import { candidatesFor, readConfiguration } from './configuration.ts';
import { providerPrices } from './provider-prices.ts';

const configuration = readConfiguration({});
const { prices } = providerPrices(configuration);
/** Any server may be behind these: only its operator knows what it costs. */
const OF_ANY_SERVER = /^compatible/;

const candidates = STAGES.flatMap(candidatesFor).filter(({ name }) => !OF_ANY_SERVER.test(name));

it.each(candidates.map(({ stage, name }) => ({ stage, name })))(
  'the default model of $name, $stage, has a price or is free',
  ({ stage, name }) => {
    const candidate = candidates.find((each) => each.stage === stage && each.name === name)!;
    expect(prices.find(name, candidate.model?.(configuration.values))).toBeDefined();
  },
);

describe('a server of one’s own', () => {
  const ownAt = (url: string, more: object = {}) => {
    const environment = {
      COMPATIBLE_BASE_URL: url,
      COMPATIBLE_API_KEY: 'key',
      COMPATIBLE_CHAT_MODEL: 'qwen',
      ...more,
    };
    const { prices: own } = providerPrices(readConfiguration(environment));
    return own.cost('generator', 'compatible', 'qwen', { inputTokens: 1_000_000 });
  };

  it.each([
    'http://localhost:11434/v1',
    'http://127.0.0.1:8000/v1',
    'http://192.168.1.20:8000/v1',
    'http://[::1]:8000/v1',
    'http://ollama:11434/v1',
    'http://gpu.local/v1',
  ])('at %s is free', (url) => {
    expect(ownAt(url)).toEqual({ microUsd: 0, isPriced: true });
  });

  it.each(['https://api.example.com/v1', 'http://8.8.8.8/v1', 'https://10.example.com/v1'])(
    'is not known at %s, and counts the ceiling',
    (url) => {
      expect(ownAt(url)).toEqual({ microUsd: 30_000_000, isPriced: false });
    },
  );

  it('may have a price all the same', () => {
    const usd = { million_input_tokens: 2, million_output_tokens: 2 };
    const PRICES = JSON.stringify([{ provider: 'compatible', usd }]);
    expect(ownAt('http://localhost:11434/v1', { PRICES }).microUsd).toBe(2_000_000);
  });
});

it('a relay without keys uses nothing that costs', () => {
  const { inUse } = providerPrices(configuration);
  expect(inUse.length).toBeGreaterThan(2);
  for (const { stage, provider, model = '' } of inUse) {
    const units = { audioMs: 60_000, characters: 1_000, inputTokens: 1_000 };
    expect(prices.cost(stage, provider, model, units)).toEqual({ microUsd: 0, isPriced: true });
  }
});
