import type { Policy } from './policy.ts';
import type { Rate } from './rate-counter.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

export const perMinute = (count: number): Rate => ({ count, perMs: MINUTE_MS });
export const perHour = (count: number): Rate => ({ count, perMs: HOUR_MS });

/** A page that fails in a loop reports nothing new. */
const REPORTS_PER_MINUTE = 30;

/** How often what may be done from one address. */
export const ADDRESS_RATES = {
  'address-requests': ({ requestsPerMinute }) => perMinute(requestsPerMinute),
  'address-guest-sign-ins': ({ guestSignInsPerHour }) => perHour(guestSignInsPerHour),
  'address-sessions': ({ sessionsPerHour }) => perHour(sessionsPerHour),
  'address-wrong-admin-tokens': ({ wrongAdminTokensPerHour }) => perHour(wrongAdminTokensPerHour),
  'address-wrong-access-codes': ({ wrongAccessCodesPerHour }) => perHour(wrongAccessCodesPerHour),
  'address-reports': () => perMinute(REPORTS_PER_MINUTE),
} as const satisfies Readonly<Record<string, (limits: Policy['addresses']) => Rate>>;
export type AddressRate = keyof typeof ADDRESS_RATES;
