import { z } from 'zod';
import { setting, type Setting } from './settings.ts';

/** Entries between commas; empty ones are left out. */
export function splitList(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

const MAX_USD = 1_000_000;
const usdAmount = z.coerce.number().min(0).max(MAX_USD);
const USD = { type: `number, 0 to ${shown(MAX_USD)}`, unit: 'US dollars' };

interface NumberDescription {
  readonly fallback: number;
  readonly min?: number;
  readonly max?: number;
  readonly about: string;
}

/** A duration; without a `min`, more than 0. */
export function seconds({
  fallback,
  min,
  max = 86_400,
  about,
}: NumberDescription): Setting<number> {
  const bounded = z.coerce.number().max(max);
  const schema = min === undefined ? bounded.positive() : bounded.min(min);
  return setting(schema.default(fallback), {
    type: `number, ${min === undefined ? 'more than 0' : shown(min)} to ${shown(max)}`,
    unit: 'seconds',
    default: String(fallback),
    about,
  });
}

/** A whole number between two bounds. */
export function whole(
  description: NumberDescription & {
    readonly min: number;
    readonly max: number;
    readonly unit?: string;
    /** The default in words, if it depends on the machine. */
    readonly shown?: string;
  },
): Setting<number> {
  const { fallback, min, max, unit, about } = description;
  return setting(z.coerce.number().int().min(min).max(max).default(fallback), {
    type: `whole number, ${shown(min)} to ${shown(max)}`,
    ...(unit === undefined ? {} : { unit }),
    default: description.shown ?? String(fallback),
    about,
  });
}

/** An amount of money. */
export function usd({
  fallback,
  about,
}: {
  readonly fallback: number;
  readonly about: string;
}): Setting<number> {
  const described = { ...USD, default: String(fallback), about };
  return setting(usdAmount.default(fallback), described);
}

/** An amount of money that need not be set. */
export function optionalUsd({ about }: { readonly about: string }): Setting<number | undefined> {
  return setting(usdAmount.optional(), { ...USD, about });
}

/** Something that is on or off. */
export function flag({
  fallback,
  about,
}: {
  readonly fallback: boolean;
  readonly about: string;
}): Setting<boolean> {
  return setting(
    // It knows what other programs say for it as well: `true`, `1`, `No`.
    z.stringbool().default(fallback),
    { type: '`on` or `off`', default: fallback ? 'on' : 'off', about },
  );
}

function shown(number: number): string {
  return number.toLocaleString('en-US');
}
