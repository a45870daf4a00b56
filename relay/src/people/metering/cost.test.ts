import fc from 'fast-check';
import { expect, test } from 'vitest';
import { costMicroUsd } from './price-list.ts';
import { priceOf } from './prices.ts';

const minute = { unit: 'audio-minute', usd: 0.0048 } as const;
const tokens = {
  unit: 'million-tokens',
  inputUsd: 1,
  cachedInputUsd: 0.1,
  cacheWriteUsd: 1.25,
  outputUsd: 5,
} as const;

test('a minute costs what a minute costs, and part of a micro-dollar is a whole one', () => {
  expect(costMicroUsd({ audioMs: 60_000 }, minute)).toBe(4_800);
  expect(costMicroUsd({ audioMs: 100 }, minute)).toBe(8);
  expect(costMicroUsd({ audioMs: 101 }, minute)).toBe(9);
  expect(costMicroUsd({ audioMs: 1 }, minute)).toBe(1);
  expect(costMicroUsd({ audioMs: 0 }, minute)).toBe(0);
});

test('input from the cache, into the cache and neither have prices of their own', () => {
  const units = { inputTokens: 10_000, cachedInputTokens: 8_000, cacheWriteTokens: 1_000 };
  // 1,000 at 1, 8,000 at 0.1, 1,000 at 1.25, 100 at 5
  expect(costMicroUsd({ ...units, outputTokens: 100 }, tokens)).toBe(1_000 + 800 + 1_250 + 500);
  const { unit, inputUsd, outputUsd } = tokens;
  expect(costMicroUsd({ ...units, outputTokens: 100 }, { unit, inputUsd, outputUsd })).toBe(10_500);
});

test('all parts of an entry are rounded up together, once', () => {
  const rate = { unit: 'million-tokens', inputUsd: 0.1, outputUsd: 0.5 } as const;
  expect(costMicroUsd({ inputTokens: 5, outputTokens: 1 }, rate)).toBe(1);
  expect(costMicroUsd({ inputTokens: 5, outputTokens: 2 }, rate)).toBe(2);
});

test('a voice that is sold by the character costs nothing for tokens, and the other way round', () => {
  const characters = { unit: 'million-characters', usd: 50 } as const;
  expect(costMicroUsd({ characters: 42, outputTokens: 1_000 }, characters)).toBe(2_100);
  expect(costMicroUsd({ characters: 42 }, tokens)).toBe(0);
});

test('never less than the exact cost, and less than a micro-dollar more', () => {
  const amount = fc.integer({ min: 0, max: 100_000_000 });
  fc.assert(
    fc.property(
      amount,
      amount,
      fc.integer({ min: 0, max: 200_000_000 }),
      (input, output, micro) => {
        const usd = micro / 1_000_000;
        const rate = { unit: 'million-tokens', inputUsd: usd, outputUsd: usd } as const;
        const exact = (BigInt(input) + BigInt(output)) * BigInt(micro);
        const cost = BigInt(costMicroUsd({ inputTokens: input, outputTokens: output }, rate));
        expect(cost * 1_000_000n >= exact && (cost - 1n) * 1_000_000n < exact).toBe(true);
      },
    ),
  );
});

test('the prices of the list are charged to the micro-dollar', () => {
  const haiku = priceOf('anthropic', 'claude-haiku-4-5')!.rate;
  expect(costMicroUsd({ inputTokens: 1_000, outputTokens: 100 }, haiku)).toBe(1_500);
  const nova = priceOf('deepgram-nova', 'nova-3')!.rate;
  expect(costMicroUsd({ audioMs: 3_600_000 }, nova)).toBe(288_000);
});
