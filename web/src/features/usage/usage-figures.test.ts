import { expect, it } from 'vitest';
import type { UsageRow } from '@parley/shared';
import { amountText, spendByDay, sumUsd, usedByProvider } from './usage-figures.ts';

const row = (change: Partial<UsageRow>): UsageRow => ({
  day: '2026-11-20',
  stage: 'generator',
  provider: 'openai',
  audio_s: 0,
  input_tokens: 0,
  output_tokens: 0,
  characters: 0,
  cost_usd: 0,
  ...change,
});

it('has a place for every day, over the end of a month and of a leap year', () => {
  const days = spendByDay({ from: '2028-02-27', to: '2028-03-02', rows: [] });
  expect(days.map(({ day }) => day)).toEqual([
    '2028-02-27',
    '2028-02-28',
    '2028-02-29',
    '2028-03-01',
    '2028-03-02',
  ]);
  expect(days.every(({ total }) => total === 0)).toBe(true);
});

it('adds up a day by stage', () => {
  const rows = [
    row({ cost_usd: 0.1 }),
    row({ cost_usd: 0.2, provider: 'anthropic' }),
    row({ cost_usd: 0.3, stage: 'transcriber' }),
    row({ cost_usd: 9, day: '2026-11-19' }),
  ];
  const [day] = spendByDay({ from: '2026-11-20', to: '2026-11-20', rows });
  expect(day).toEqual({
    day: '2026-11-20',
    transcriber: 0.3,
    generator: 0.3,
    synthesizer: 0,
    total: 0.6,
  });
});

it('adds up a provider over all days, the dearest first', () => {
  const rows = [
    row({ provider: 'cheap', input_tokens: 5 }),
    row({ cost_usd: 0.1, input_tokens: 10 }),
    row({ cost_usd: 0.2, input_tokens: 20, day: '2026-11-19' }),
  ];
  expect(
    usedByProvider(rows).map(({ provider, input_tokens, cost_usd }) => [
      provider,
      input_tokens,
      cost_usd,
    ]),
  ).toEqual([
    ['openai', 30, 0.3],
    ['cheap', 5, 0],
  ]);
});

it('loses no micro-dollar to binary fractions', () => {
  expect(sumUsd(Array.from({ length: 1_000_000 }, () => ({ cost_usd: 0.000001 })))).toBe(1);
});

it('says what was used in the units of the stage', () => {
  expect(amountText(row({ audio_s: 90 }))).toBe('2 min of speech');
  expect(amountText(row({ input_tokens: 1_200, output_tokens: 34 }))).toBe(
    '1,200 tokens in, 34 out',
  );
  expect(amountText(row({ characters: 1 }))).toBe('1 character');
  expect(amountText(row({}))).toBe('');
});
