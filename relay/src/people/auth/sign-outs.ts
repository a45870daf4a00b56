import { LRUCache } from 'lru-cache';
import type { Identity } from './identity.ts';

/** People of each kind who are remembered; the earliest to sign out are forgotten first. */
const MAX_REMEMBERED = 50_000;
/** An issuer may have given an account several tokens, of which the one shown is not the longest. */
const ACCOUNT_TOKENS_MS = 86_400_000;

interface SignOut {
  /** s since 1970. */
  readonly atS: number;
  /** From then on no token is left that it could refuse, s since 1970. */
  readonly untilS: number;
}

interface SignOutOf extends SignOut {
  readonly userId: string;
}

/** A sign-out that stands alone. */
export interface NamedSignOut extends SignOutOf {
  readonly kind: Identity['kind'];
}

/** As they are written down. */
export type KeptSignOuts = Readonly<Record<Identity['kind'], readonly SignOutOf[]>>;

/**
 * The people who have signed out, and when: tokens that were issued until then are refused although
 * they have not expired. This process and those after it know them (see `sign-out-file.ts`), until
 * the tokens have expired or too many others have signed out.
 *
 * Guests are kept apart: anyone can make as many of them as they like, and must not push accounts
 * out.
 */
export class SignOuts {
  /** Called after each sign-out of this process, not for those that it learnt of. */
  onAdded: (signOut: NamedSignOut) => void = () => {};
  /** Called after each of both. */
  onChanged: () => void = () => {};
  readonly #wallMs: () => number;
  readonly #of: Readonly<Record<Identity['kind'], LRUCache<string, SignOut>>> = {
    guest: new LRUCache({ maxSize: MAX_REMEMBERED, sizeCalculation: () => 1 }),
    account: new LRUCache({ maxSize: MAX_REMEMBERED, sizeCalculation: () => 1 }),
  };

  /** @param wallMs - wall clock, ms since 1970 */
  constructor(wallMs: () => number = Date.now) {
    this.#wallMs = wallMs;
  }

  add({ userId, kind, expiresAtMs }: Pick<Identity, 'userId' | 'kind' | 'expiresAtMs'>): void {
    const nowMs = this.#wallMs();
    const untilMs = Math.max(expiresAtMs, kind === 'account' ? nowMs + ACCOUNT_TOKENS_MS : nowMs);
    const signOut = { atS: Math.floor(nowMs / 1_000), untilS: Math.ceil(untilMs / 1_000) };
    this.#of[kind].set(userId, signOut);
    this.onChanged();
    this.onAdded({ userId, kind, ...signOut });
  }

  /** One that happened in another process. @returns whether it is news */
  learn({ userId, kind, atS, untilS }: NamedSignOut): boolean {
    if ((this.#of[kind].peek(userId)?.atS ?? -Infinity) >= atS) return false;
    this.#of[kind].set(userId, { atS, untilS });
    this.onChanged();
    return true;
  }

  /** @param issuedAtS - `iat` of the token, s since 1970; undefined if it does not say */
  refuses({ userId, kind }: Identity, issuedAtS: number | undefined): boolean {
    const signOut = this.#of[kind].peek(userId);
    return signOut !== undefined && (issuedAtS === undefined || issuedAtS <= signOut.atS);
  }

  /** The sign-outs that still refuse a token, the oldest first. */
  kept(): KeptSignOuts {
    const nowS = this.#wallMs() / 1_000;
    const of = (kind: Identity['kind']) =>
      [...this.#of[kind].rkeys()].flatMap((userId) => {
        const signOut = this.#of[kind].peek(userId);
        return signOut !== undefined && signOut.untilS > nowS ? [{ userId, ...signOut }] : [];
      });
    return { guest: of('guest'), account: of('account') };
  }

  /** What an earlier process kept. */
  restore(kept: KeptSignOuts): void {
    for (const kind of ['guest', 'account'] as const) {
      for (const { userId, atS, untilS } of kept[kind]) this.#of[kind].set(userId, { atS, untilS });
    }
  }
}
