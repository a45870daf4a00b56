import { relayUrl } from '@parley/shared/page-paths';
import type { AccessCodeFetch } from './guest-requests.ts';

/** How a person may sign in at a relay. */
export interface SignInOptions {
  /** Without an account. */
  readonly guests: boolean;
  /** Guests are asked for a code first. */
  readonly accessCode: boolean;
  readonly accounts: AccountsAt | null;
  /** Whether others on the way to the relay are kept from reading along. */
  readonly isSecure: boolean;
  /** Where the page's own errors are reported to, as the relay says it; undefined: nowhere. */
  readonly errorReports?: unknown;
}

/** The issuer of accounts. */
export interface AccountsAt {
  readonly kind: 'supabase';
  readonly url: string;
  readonly anonKey: string;
}

/** A call that is begun at once does not wait for the answer; a slow relay is asked no longer. */
const DEADLINE_MS = 5_000;

/**
 * Asks the relay how people sign in there.
 *
 * @param relay - its origin
 * @returns null if it cannot be learnt: an older relay, or none that can be reached
 */
export async function fetchSignInOptions(
  fetchLike: AccessCodeFetch,
  relay: string,
): Promise<SignInOptions | null> {
  try {
    const response = await fetchLike(relayUrl(relay, '/api/v1/auth'), {
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    return response.ok ? signInOptionsIn(await response.json()) : null;
  } catch {
    return null;
  }
}

/** Checked by hand: the schema library would double the size of the first load. */
export function signInOptionsIn(body: unknown): SignInOptions | null {
  if (!isRecord(body) || typeof body['guests'] !== 'boolean') return null;
  return {
    guests: body['guests'],
    accessCode: body['access_code'] === true,
    accounts: accountsIn(body['supabase']),
    isSecure: body['is_secure'] !== false,
    errorReports: body['error_reports'],
  };
}

function accountsIn(supabase: unknown): AccountsAt | null {
  if (!isRecord(supabase)) return null;
  const { url, anon_key: anonKey } = supabase;
  if (typeof url !== 'string' || typeof anonKey !== 'string') return null;
  return { kind: 'supabase', url, anonKey };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
