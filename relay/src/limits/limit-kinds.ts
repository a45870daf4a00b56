import { z } from 'zod';

const MICRO_PER_USD = 1_000_000;
const MAX_DURATION_S = 86_400;

/** How many; `null` stands for no limit and becomes `Infinity`. */
export const amount = z
  .number()
  .int()
  .min(0)
  .max(1_000_000)
  .nullable()
  .transform((value) => value ?? Infinity);

/** Seconds, which become ms. */
export const durationS = z
  .number()
  .positive()
  .max(MAX_DURATION_S)
  .transform((value) => value * 1_000);

/** US dollars, which become whole micro-dollars; `null` stands for no limit. */
export const usd = z
  .number()
  .min(0)
  .max(1_000_000)
  .nullable()
  .transform((value) => (value === null ? Infinity : Math.round(value * MICRO_PER_USD)));
