import { z } from 'zod';
import { isTimeZone } from '@parley/shared/time-zone';
import { optionalUsd, usd } from './setting-kinds.ts';
import { setting, type ValuesOf } from './settings.ts';

/** What things cost, and what may be spent. */
export const MONEY_SETTINGS = {
  PRICES: setting(z.string().min(1).optional(), {
    type: 'path of a JSON file, or the JSON itself',
    about:
      'Prices that go before Parley’s own, e.g. those of your contract: see [Money](operations.md#money).',
  }),
  PRICE_CEILING_AUDIO_MINUTE: usd({
    fallback: 0.05,
    about: 'The price of a minute of speech at a transcriber whose price is not known.',
  }),
  PRICE_CEILING_MILLION_TOKENS: usd({
    fallback: 30,
    about: 'The price of a million tokens at a generator whose price is not known.',
  }),
  PRICE_CEILING_MILLION_CHARACTERS: usd({
    fallback: 200,
    about: 'The price of a million characters at a synthesizer whose price is not known.',
  }),
  BUDGET_SESSION_USD: optionalUsd({
    about:
      "The most that one call may cost, in every plan. Without it, the plan's own bound: $5 as a rule.",
  }),
  BUDGET_USER_DAY_USD: optionalUsd({
    about:
      "The most that one person may spend in a day, in every plan. Without it, the plan's own bound.",
  }),
  BUDGET_GUEST_DAY_USD: optionalUsd({
    about: 'The most that all guests together may spend in a day. Without it, $20.',
  }),
  BUDGET_DAY_USD: optionalUsd({
    about: 'The most that the relay may spend in a day. Without it, $100.',
  }),
  BUDGET_TIME_ZONE: setting(z.string().default('UTC').refine(isTimeZone), {
    type: 'IANA time zone, e.g. `Europe/Berlin`',
    default: 'UTC',
    about: 'Whose midnight begins a new day for these budgets.',
  }),
} as const;

export interface MoneyConfig {
  /** Path of a JSON file, or the JSON itself. */
  readonly prices: string | undefined;
  /** USD. */
  readonly ceilings: {
    readonly audioMinute: number;
    readonly millionTokens: number;
    readonly millionCharacters: number;
  };
  /** USD; undefined: what the plans say. */
  readonly budgets: {
    readonly session: number | undefined;
    readonly userDay: number | undefined;
    readonly guestsDay: number | undefined;
    readonly day: number | undefined;
  };
  readonly timeZone: string;
}

export function toMoneyConfig(env: ValuesOf<typeof MONEY_SETTINGS>): MoneyConfig {
  return {
    prices: env.PRICES,
    ceilings: {
      audioMinute: env.PRICE_CEILING_AUDIO_MINUTE,
      millionTokens: env.PRICE_CEILING_MILLION_TOKENS,
      millionCharacters: env.PRICE_CEILING_MILLION_CHARACTERS,
    },
    budgets: {
      session: env.BUDGET_SESSION_USD,
      userDay: env.BUDGET_USER_DAY_USD,
      guestsDay: env.BUDGET_GUEST_DAY_USD,
      day: env.BUDGET_DAY_USD,
    },
    timeZone: env.BUDGET_TIME_ZONE,
  };
}
