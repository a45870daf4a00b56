import { readKept, writeKept, type KeyValueStore } from '../settings/settings.ts';
import { relayUrl } from '@parley/shared/page-paths';

/** A token about to expire would only be refused halfway through connecting. */
const MARGIN_MS = 60_000;
/** Share of a token's time: once a day if it is good for a month. */
const RENEWED_AFTER = 1 / 30;

export interface GuestToken {
  readonly token: string;
  readonly expiresInS: number;
}

/**
 * What is kept of a guest for a relay: another relay must not see it.
 *
 * @param relay - its origin
 */
export class KeptGuest {
  readonly #storage: KeyValueStore | null;
  readonly #nowMs: () => number;

  /** @param storage - null if the browser refuses it */
  constructor(storage: KeyValueStore | null, nowMs: () => number) {
    this.#storage = storage;
    this.#nowMs = nowMs;
  }

  /** The token of an earlier visit; undefined if there is none or it has expired. */
  token(relay: string): string | undefined {
    const { token, expiresAtMs } = readKept(this.#storage, tokenKey(relay));
    if (typeof token !== 'string' || typeof expiresAtMs !== 'number') return undefined;
    // Nothing else can stand in a header: the request would fail as if there were no network.
    if (!/^[\x21-\x7e]+$/.test(token)) return undefined;
    return expiresAtMs - MARGIN_MS > this.#nowMs() ? token : undefined;
  }

  /**
   * The token, if it is time to renew it: a guest who comes back before it ends keeps their
   * identity, and with it what is kept of them.
   */
  dueToken(relay: string): string | undefined {
    const { keptAtMs, expiresAtMs } = readKept(this.#storage, tokenKey(relay));
    const token = this.token(relay);
    if (typeof keptAtMs !== 'number' || typeof expiresAtMs !== 'number') return token;
    const ageMs = this.#nowMs() - keptAtMs;
    return ageMs < (expiresAtMs - keptAtMs) * RENEWED_AFTER ? undefined : token;
  }

  /** Whether there was a token that has expired: what was kept of this guest is out of reach. */
  hasExpired(relay: string): boolean {
    const { token } = readKept(this.#storage, tokenKey(relay));
    return token !== undefined && this.token(relay) === undefined;
  }

  keepToken(relay: string, { token, expiresInS }: GuestToken): void {
    const keptAtMs = this.#nowMs();
    const expiresAtMs = keptAtMs + expiresInS * 1_000;
    writeKept(this.#storage, tokenKey(relay), { token, keptAtMs, expiresAtMs });
  }

  /** The access code that the relay took last. */
  accessCode(relay: string): string | undefined {
    const { code } = readKept(this.#storage, codeKey(relay));
    return typeof code === 'string' ? code : undefined;
  }

  keepAccessCode(relay: string, code: string): void {
    writeKept(this.#storage, codeKey(relay), { code });
  }

  forgetAccessCode(relay: string): void {
    writeKept(this.#storage, codeKey(relay), {});
  }

  forgetToken(relay: string): void {
    writeKept(this.#storage, tokenKey(relay), {});
  }
}

function tokenKey(relay: string): string {
  return `parley.guest ${relay}`;
}

function codeKey(relay: string): string {
  return `parley.access-code ${relay}`;
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
