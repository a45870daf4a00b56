import { expect, test } from 'vitest';
import { priceInWords, priceOf, PRICES } from './prices.ts';

test.each(PRICES)('$provider $model has a source and a date', ({ source, asOf, rate }) => {
  expect(source).toMatch(/^(https:\/\/\S+|runs (in|on) [\w ]+)$/);
  expect(asOf).toMatch(/^20\d\d-\d\d(-\d\d)?$/);
  expect(Date.parse(asOf)).not.toBeNaN();
  for (const usd of rate.unit === 'million-tokens' ? [rate.inputUsd, rate.outputUsd] : [rate.usd]) {
    expect(usd).toBeGreaterThanOrEqual(0);
  }
});

test('no two prices are meant for the same', () => {
  const keys = PRICES.map(({ provider, model }) => `${provider} ${model}`);
  expect(new Set(keys).size).toBe(keys.length);
});

test('the longest beginning of a model’s name counts', () => {
  expect(priceOf('google', 'gemini-3.5-flash-lite-001')?.model).toBe('gemini-3.5-flash-lite');
  expect(priceOf('google', 'gemini-3.5-flash-002')?.model).toBe('gemini-3.5-flash');
  expect(priceOf('deepgram-aura', 'aura-2-thalia-en')?.model).toBe('aura-2');
  expect(priceOf('deepgram-aura', 'aura-asteria-en')?.model).toBe('aura');
});

test('an unlisted price is unknown, and a free provider is free for every model', () => {
  expect(priceOf('anthropic', 'claude-of-tomorrow')).toBeUndefined();
  expect(priceOf('anthropic')).toBeUndefined();
  expect(priceOf('unlisted', 'nova-3')).toBeUndefined();
  expect(priceInWords(priceOf('embedded')!)).toBe('free');
});

test('a price is said in its own unit', () => {
  expect(priceInWords(priceOf('deepgram-nova', 'nova-3')!)).toBe('$0.0048 a minute');
  expect(priceInWords(priceOf('cartesia', 'sonic-3.5')!)).toBe('$50 a million characters');
  expect(priceInWords(priceOf('anthropic', 'claude-haiku-4-5')!)).toBe(
    '$1 in, $5 out a million tokens',
  );
});
