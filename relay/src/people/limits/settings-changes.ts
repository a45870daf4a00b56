import type { LogLevel } from '@parley/shared';
import { z } from 'zod';
import { CORE_SETTINGS } from '../../base/config/core-settings.ts';
import { planSchema } from './plans.ts';
import { policyChangesSchema, type PolicyChanges } from './policy.ts';

/** The stages whose providers have an order. */
const orderSchema = z.strictObject({
  transcriber: z.array(z.string()).min(1).optional(),
  generator: z.array(z.string()).min(1).optional(),
  synthesizer: z.array(z.string()).min(1).optional(),
});

/** What an administrator changes while the relay runs. `null`: as the relay was started with. */
export const settingsChangesSchema = z
  .strictObject({
    limits: policyChangesSchema.nullable(),
    providers: orderSchema.nullable(),
    log_level: CORE_SETTINGS.LOG_LEVEL.schema.nullable(),
    /** No new calls; those that run go on. Not kept over a restart. */
    is_draining: z.boolean(),
  })
  .partial();

/** Names of providers; what is left out is not changed. */
export interface ProviderOrder {
  readonly transcriber?: readonly string[];
  readonly generator?: readonly string[];
  readonly synthesizer?: readonly string[];
}

/** The differences from the settings that the relay was started with. */
export interface SettingsChanges {
  readonly limits?: PolicyChanges;
  readonly providers?: ProviderOrder;
  readonly log_level?: LogLevel;
}

/** As `settingsChangesSchema` takes it. */
export type SettingsRequest = {
  readonly [key in keyof SettingsChanges]?: SettingsChanges[key] | null;
} & { readonly is_draining?: boolean };
/** Providers that were not opened at this start are left out; if none is left, the order is the start's. */
export function orderOf(
  start: Readonly<Required<ProviderOrder>>,
  changes: ProviderOrder = {},
): Readonly<Required<ProviderOrder>> {
  const order = (stage: keyof ProviderOrder) => {
    const names = changes[stage]?.filter((name) => start[stage].includes(name)) ?? [];
    return names.length > 0 ? names : start[stage];
  };
  return {
    transcriber: order('transcriber'),
    generator: order('generator'),
    synthesizer: order('synthesizer'),
  };
}

/** A sentence for each thing that is wrong. */
export function inWords(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => `${path.map(String).join('.') || 'body'}: ${message}.`)
    .join(' ');
}

/** Which settings a request names, e.g. `limits.plans.guest.day_usd`. */
export function keysOf(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path];
  return Object.entries(value).flatMap(([key, inner]) =>
    keysOf(inner, path === '' ? key : `${path}.${key}`),
  );
}

/** The changes so far with further ones. */
export function mergeChanges(before: SettingsChanges, requested: SettingsRequest): SettingsChanges {
  const { limits, providers, log_level: level } = requested;
  const merged = {
    limits: limits === undefined ? before.limits : limits && mergeLimits(before.limits, limits),
    providers:
      providers === undefined
        ? before.providers
        : providers && { ...before.providers, ...providers },
    log_level: level === undefined ? before.log_level : level,
  };
  return Object.fromEntries(
    Object.entries(merged).filter(([, value]) => value !== undefined && value !== null),
  );
}

function mergeLimits(before: PolicyChanges = {}, changes: PolicyChanges): PolicyChanges {
  const names = new Set([...Object.keys(before.plans ?? {}), ...Object.keys(changes.plans ?? {})]);
  return {
    plans: Object.fromEntries(
      [...names].map((name) => [name, { ...before.plans?.[name], ...changes.plans?.[name] }]),
    ),
    instance: { ...before.instance, ...changes.instance },
    addresses: { ...before.addresses, ...changes.addresses },
  };
}

/**
 * Schemas ignore `__proto__`, a name that JSON may hold. As that of a plan it is one like others,
 * with what a plan has; anywhere else it is a mistake.
 *
 * @param json - as `settingsChangesSchema` takes it
 */
export function isPrototypeKeyUsable(json: unknown, path = ''): boolean {
  if (typeof json !== 'object' || json === null) return true;
  return Object.entries(json).every(([key, value]: [string, unknown]) => {
    if (key !== '__proto__') return isPrototypeKeyUsable(value, `${path}.${key}`);
    const isPlan = path === '.limits.plans' && planSchema.partial().safeParse(value).success;
    return isPlan && isPrototypeKeyUsable(value);
  });
}
