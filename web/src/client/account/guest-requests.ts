import { relayUrl } from '@parley/shared/page-paths';

// Most visits need none of these: they are loaded when they are needed.

export interface GuestToken {
  readonly token: string;
  readonly expiresInS: number;
}

/** As much of `fetch` as is used here. */
export type AccessCodeFetch = (
  url: string,
  init?: Pick<RequestInit, 'method' | 'headers' | 'signal'> & { readonly body?: string },
) => Promise<Response>;

export type AccessCodeAnswer =
  | { readonly kind: 'right'; readonly guest: GuestToken }
  | { readonly kind: 'wrong' }
  /** null: the relay does not say for how long. */
  | { readonly kind: 'too-many'; readonly waitS: number | null }
  | { readonly kind: 'unreachable' };

const DEADLINE_MS = 10_000;

/**
 * Tries an access code by signing in as a guest with it.
 *
 * @param relay - its origin
 */
export async function tryAccessCode(
  fetchLike: AccessCodeFetch,
  relay: string,
  code: string,
): Promise<AccessCodeAnswer> {
  try {
    const response = await fetchLike(relayUrl(relay, '/api/v1/auth/guest'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ access_code: code }),
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    if (response.status === 401) return { kind: 'wrong' };
    if (response.status === 429) return { kind: 'too-many', waitS: waitIn(response) };
    const guest = response.ok ? guestIn(await response.json()) : null;
    return guest === null ? { kind: 'unreachable' } : { kind: 'right', guest };
  } catch {
    return { kind: 'unreachable' };
  }
}

/**
 * Asks for another token for the guest with this one.
 *
 * @param relay - its origin
 * @returns `refused` if the relay does not take this one any more; `unreachable` otherwise
 */
export async function renewGuest(
  fetchLike: AccessCodeFetch,
  relay: string,
  token: string,
): Promise<GuestToken | 'refused' | 'unreachable'> {
  try {
    const response = await fetchLike(relayUrl(relay, '/api/v1/auth/guest'), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    if (response.status === 401) return 'refused';
    const guest = response.ok ? guestIn(await response.json()) : null;
    // A relay that is older than this page makes another guest of them.
    return guest !== null && subjectIn(guest.token) === subjectIn(token) ? guest : 'unreachable';
  } catch {
    return 'unreachable';
  }
}

/** The user of a JWT. @throws SyntaxError, DOMException */
function subjectIn(token: string): unknown {
  const claims = atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'));
  return (JSON.parse(claims) as { readonly sub?: unknown }).sub;
}

function waitIn({ headers }: Response): number | null {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds : null;
}

/** Checked by hand: the schema library would double the size of the first load. */
function guestIn(body: unknown): GuestToken | null {
  const { token, expires_in_s: expiresInS } = body as Readonly<Record<string, unknown>>;
  if (typeof token !== 'string' || typeof expiresInS !== 'number') return null;
  return { token, expiresInS };
}
