import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { readConfig } from '../../base/config/config.ts';
import { PriceList } from './price-list.ts';
import { ceilingsOf, readPrices } from './read-prices.ts';

const folder = mkdtempSync(join(tmpdir(), 'parley-prices-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ceilings = ceilingsOf(readConfig({}).money);
const listOf = (json: object) =>
  new PriceList({ overrides: readPrices(JSON.stringify(json)), ceilings });

test('an unknown price is the ceiling, and the entry says so', () => {
  const list = new PriceList({ ceilings });
  const cost = (stage: Parameters<PriceList['cost']>[0], units: object) =>
    list.cost(stage, 'newcomer', 'model-1', units);
  expect(cost('transcriber', { audioMs: 60_000 })).toEqual({ microUsd: 50_000, isPriced: false });
  expect(cost('generator', { inputTokens: 900, outputTokens: 100 }).microUsd).toBe(30_000);
  expect(cost('synthesizer', { characters: 1_000 }).microUsd).toBe(200_000);
  expect(list.cost('transcriber', 'deepgram-nova', 'nova-3', { audioMs: 60_000 })).toEqual({
    microUsd: 4_800,
    isPriced: true,
  });
});

describe('prices of one’s own', () => {
  it('go before those of the list, also for all models of a provider', () => {
    const list = listOf([
      { provider: 'deepgram-nova', usd: { audio_minute: 0.001 } },
      { provider: 'cartesia', model: 'sonic-3', usd: { million_characters: 30 } },
      { provider: 'compatible', usd: 'free' },
      {
        provider: 'groq',
        usd: {
          million_input_tokens: 1,
          million_cached_input_tokens: 0.5,
          million_output_tokens: 2,
        },
      },
    ]);
    const minute = { audioMs: 60_000 };
    expect(list.cost('transcriber', 'deepgram-nova', 'nova-3', minute).microUsd).toBe(1_000);
    expect(list.cost('synthesizer', 'cartesia', 'sonic-3.5', { characters: 10 }).microUsd).toBe(
      300,
    );
    expect(list.cost('synthesizer', 'cartesia', 'sonic-4', { characters: 10 }).microUsd).toBe(500);
    const units = { inputTokens: 100, cachedInputTokens: 50, outputTokens: 10 };
    expect(list.cost('generator', 'groq', 'x', units).microUsd).toBe(50 + 25 + 20);
    expect(list.cost('generator', 'compatible', 'x', units)).toEqual({
      microUsd: 0,
      isPriced: true,
    });
  });

  it('may lie in a file', () => {
    const path = join(folder, 'prices.json');
    writeFileSync(path, JSON.stringify([{ provider: 'groq', usd: 'free' }]));
    expect(readPrices(path)).toMatchObject([{ provider: 'groq', model: '' }]);
  });

  const one = (usd: unknown) => JSON.stringify([{ provider: 'groq', usd }]);
  it.each([
    ['no file', join(folder, 'missing.json'), 'cannot be read'],
    ['no JSON', '[{', 'not valid JSON'],
    ['no list', join(folder, 'object.json'), 'the whole'],
    ['a price below nothing', one({ audio_minute: -1 }), 'price 1, usd'],
    ['a price finer than can be charged', one({ audio_minute: 0.00000012 }), 'price 1, usd'],
    ['two units', one({ audio_minute: 1, million_characters: 1 }), 'price 1, usd'],
    ['a field that is not known', '[{"provider":"groq","usd":"free","euro":1}]', 'price 1'],
    ['no provider', '[{"usd":"free"}]', 'price 1, provider'],
  ])('are refused in words if there is %s', (_, source, words) => {
    writeFileSync(join(folder, 'object.json'), '{}');
    expect(() => readPrices(source)).toThrow(words);
    expect(() => readPrices(source)).toThrow('PRICES: ');
  });
});
