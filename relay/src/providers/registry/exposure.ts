import type { Config } from '../../base/config/config.ts';
import type { Environment } from '../../base/config/read-settings.ts';
import { isLoopback, isPrivateHost } from '../../base/lib/network-address.ts';

export interface ExposureOptions {
  readonly config: Pick<Config, 'host' | 'publicUrl' | 'auth' | 'money'>;
  readonly environment: Environment;
  /** Names of providers in use that cost money. */
  readonly paid: readonly string[];
}

/**
 * Why a relay may not start as it is configured: strangers could reach it and spend the operator's
 * money without a limit.
 *
 * @returns a sentence with the ways out; none if it is safe
 */
export function exposureProblems({ config, environment, paid }: ExposureOptions): string[] {
  const { host, publicUrl, auth } = config;
  const publicHost = publicUrl === undefined ? undefined : new URL(publicUrl).hostname;
  const reachable = [host, publicHost].find((name) => name !== undefined && !isLoopback(name));
  const hasBudget = config.money.budgets.guestsDay !== undefined;
  const isChosen = environment['GUESTS'] === 'on' && hasBudget;
  const isGuarded = !auth.allowsGuests || auth.accessCode !== undefined || isChosen;
  if (reachable === undefined || paid.length === 0 || isGuarded) return [];
  return [
    `Anyone who reaches this relay at ${reachable} could call without an account, and every call costs money (${paid.join(', ')}). One of three settings makes it safe:`,
    '- AUTH_ISSUER or SUPABASE_URL: only people with an account may call;',
    '- ACCESS_CODE: guests are asked for a code;',
    '- GUESTS=on with BUDGET_GUEST_DAY_USD: anyone may call, until all guests together have spent so much in a day.',
  ];
}

/** Whether what is sent to `baseUrl` with a key is paid for: servers of one's own are not. */
export function isPaidServer(baseUrl: string | undefined, hasKey: boolean): boolean {
  if (!hasKey || baseUrl === undefined) return hasKey;
  const host = URL.parse(baseUrl)?.hostname;
  return host === undefined || !isPrivateHost(host);
}
