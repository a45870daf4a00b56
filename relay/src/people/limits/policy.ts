import { DEFAULT_PLAN } from '../auth/identity.ts';
import { z } from 'zod';
import { amount, amountFromOne, usdLimit } from './limit-kinds.ts';
import { planSchema, PLANS, toPlan, type Plan, type PlanDocument } from './plans.ts';

const instanceSchema = z.strictObject({
  sessions: z.number().int().min(1).max(100_000),
  /** How many of these guests leave to accounts. */
  sessions_for_accounts: z.number().int().min(0).max(100_000),
  day_usd: usdLimit,
  /** Of all guests together. */
  guests_day_usd: usdLimit,
});

/** For one IPv4 address, or one IPv6 network of 64 bits. */
const addressSchema = z.strictObject({
  connections: amountFromOne,
  requests_per_minute: amountFromOne,
  guest_sign_ins_per_hour: amount,
  sessions_per_hour: amount,
  wrong_admin_tokens_per_hour: amountFromOne,
  wrong_access_codes_per_hour: amount,
});

type InstanceDocument = z.input<typeof instanceSchema>;
type AddressDocument = z.input<typeof addressSchema>;

/** All limits, as they are written: JSON, seconds, dollars, `null` for none. */
export interface PolicyDocument {
  readonly plans: Readonly<Record<string, PlanDocument>>;
  readonly instance: InstanceDocument;
  readonly addresses: AddressDocument;
}

/** Some limits, in the place of others. A plan that is new has what is left out from `default`. */
export const policyChangesSchema = z
  .strictObject({
    plans: z.record(z.string().regex(/^[\w-]{1,64}$/), planSchema.partial()),
    instance: instanceSchema.partial(),
    addresses: addressSchema.partial(),
  })
  .partial();
export type PolicyChanges = z.input<typeof policyChangesSchema>;

/** All limits, as they are used: ms, micro-dollars, `Infinity` for none. */
export interface Policy {
  readonly instance: {
    readonly sessions: number;
    /** What guests leave to accounts. */
    readonly sessionsForAccounts: number;
    readonly dayMicroUsd: number;
    readonly guestsDayMicroUsd: number;
  };
  readonly addresses: {
    readonly connections: number;
    readonly requestsPerMinute: number;
    readonly guestSignInsPerHour: number;
    readonly sessionsPerHour: number;
    readonly wrongAdminTokensPerHour: number;
    readonly wrongAccessCodesPerHour: number;
  };
  /** One that there is not is `default`. */
  readonly planOf: (name: string) => Plan;
}

/** A school or an office behind one address stays below these. */
const ADDRESSES: AddressDocument = {
  connections: 200,
  requests_per_minute: 1_200,
  guest_sign_ins_per_hour: 60,
  sessions_per_hour: 300,
  wrong_admin_tokens_per_hour: 20,
  wrong_access_codes_per_hour: 20,
};

/** To a relay that only its own machine reaches all programs come from one address. */
const OWN_MACHINE: AddressDocument = {
  connections: null,
  requests_per_minute: null,
  guest_sign_ins_per_hour: null,
  sessions_per_hour: null,
  wrong_admin_tokens_per_hour: 20,
  wrong_access_codes_per_hour: 20,
};

/** What holds unless the settings, `PLANS` or an administrator say otherwise. */
export function defaultPolicy(options: { readonly limitsAddresses: boolean }): PolicyDocument {
  return {
    plans: PLANS,
    instance: { sessions: 500, sessions_for_accounts: 0, day_usd: 100, guests_day_usd: 20 },
    addresses: options.limitsAddresses ? ADDRESSES : OWN_MACHINE,
  };
}

/** The limits with some of them changed. */
export function withChanges(document: PolicyDocument, changes: PolicyChanges): PolicyDocument {
  // Not an object, which has further values under names such as `constructor`.
  const plans = new Map(Object.entries(document.plans));
  // `default` first: new plans begin with what it says then.
  const byName = Object.entries(changes.plans ?? {}).toSorted(
    ([one], [other]) => Number(other === DEFAULT_PLAN) - Number(one === DEFAULT_PLAN),
  );
  for (const [name, plan] of byName) {
    plans.set(name, changed(plans.get(name) ?? plans.get(DEFAULT_PLAN)!, plan));
  }
  return {
    plans: Object.fromEntries(plans),
    instance: changed(document.instance, changes.instance),
    addresses: changed(document.addresses, changes.addresses),
  };
}

/** @param changes - from JSON: what it does not hold is left out, never undefined */
function changed<T extends object>(
  before: T,
  changes: { readonly [key in keyof T]?: T[key] | undefined } | undefined,
): T {
  return Object.assign({}, before, changes);
}

export function toPolicy(document: PolicyDocument): Policy {
  const plans = new Map(
    Object.entries(document.plans).map(([name, plan]) => [name, toPlan(name, plan)]),
  );
  const instance = instanceSchema.parse(document.instance);
  const addresses = addressSchema.parse(document.addresses);
  return {
    instance: {
      sessions: instance.sessions,
      sessionsForAccounts: instance.sessions_for_accounts,
      dayMicroUsd: instance.day_usd,
      guestsDayMicroUsd: instance.guests_day_usd,
    },
    addresses: {
      connections: addresses.connections,
      requestsPerMinute: addresses.requests_per_minute,
      guestSignInsPerHour: addresses.guest_sign_ins_per_hour,
      sessionsPerHour: addresses.sessions_per_hour,
      wrongAdminTokensPerHour: addresses.wrong_admin_tokens_per_hour,
      wrongAccessCodesPerHour: addresses.wrong_access_codes_per_hour,
    },
    planOf: (name) => plans.get(name) ?? plans.get(DEFAULT_PLAN)!,
  };
}
