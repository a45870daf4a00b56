/** Who sends a request, as its token proves. */
export interface Identity {
  /** `guest_…` for guests, the token's `sub` for accounts. */
  readonly userId: string;
  readonly kind: 'guest' | 'account';
  readonly role: 'user' | 'admin';
  /** Name of the plan that limits this user. */
  readonly plan: string;
  /** ms since 1970. */
  readonly expiresAtMs: number;
}

export const GUEST_ID_PREFIX = 'guest';
export const GUEST_PLAN = 'guest';

/** Tells who sends a request. */
export interface Authenticator {
  /**
   * @param authorization - the header's value, `Bearer …`
   * @throws ParleyError `unauthorized`
   */
  identify(authorization: string | undefined): Promise<Identity>;
}
