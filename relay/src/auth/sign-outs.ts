import { LRUCache } from 'lru-cache';
import type { Identity } from './identity.ts';

/** People of each kind who are remembered; the ones who signed out first are forgotten first. */
const MAX_REMEMBERED = 50_000;

interface SignOut {
  readonly atS: number;
}

/**
 * Who has signed out, and when: tokens that were issued until then are refused although they have
 * not expired. It is known to this process alone, until it ends or too many others have signed out.
 *
 * Guests are kept apart: anyone can make as many of them as they like, and must not push accounts
 * out.
 */
export class SignOuts {
  readonly #wallMs: () => number;
  readonly #of: Readonly<Record<Identity['kind'], LRUCache<string, SignOut>>> = {
    guest: new LRUCache({ max: MAX_REMEMBERED }),
    account: new LRUCache({ max: MAX_REMEMBERED }),
  };

  /** @param wallMs - wall clock, ms since 1970 */
  constructor(wallMs: () => number = Date.now) {
    this.#wallMs = wallMs;
  }

  add({ userId, kind }: Pick<Identity, 'userId' | 'kind'>): void {
    this.#of[kind].set(userId, { atS: Math.floor(this.#wallMs() / 1_000) });
  }

  /** @param issuedAtS - `iat` of the token, s since 1970; undefined if it does not say */
  refuses({ userId, kind }: Identity, issuedAtS: number | undefined): boolean {
    const signOut = this.#of[kind].peek(userId);
    return signOut !== undefined && (issuedAtS === undefined || issuedAtS <= signOut.atS);
  }
}
