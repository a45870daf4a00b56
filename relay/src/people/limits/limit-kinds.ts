import { z } from 'zod';

const MICRO_PER_USD = 1_000_000;
const MAX_DURATION_S = 86_400;

const amountFrom = (least: number) =>
  z
    .number()
    .int()
    .min(least)
    .max(1_000_000)
    .nullable()
    .transform((value) => value ?? Infinity);

/** How many; `null` means no limit and becomes `Infinity`. */
export const amount = amountFrom(0);
/** The same of what an administrator needs: with none of it, they could not take it back. */
export const amountFromOne = amountFrom(1);

/** Seconds, which become ms. */
export const durationS = z
  .number()
  .positive()
  .max(MAX_DURATION_S)
  .transform((value) => value * 1_000);

/** US dollars, which become whole micro-dollars; `null` means no limit. */
export const usdLimit = z
  .number()
  .min(0)
  .max(1_000_000)
  .nullable()
  .transform((value) => (value === null ? Infinity : Math.round(value * MICRO_PER_USD)));
