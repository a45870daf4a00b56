import { ParleyError } from '@parley/shared';

/** The sender of a request, as its token proves. */
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
/** Of accounts whose tokens name none. */
export const DEFAULT_PLAN = 'default';

/** Identifies the sender of a request. */
export interface Authenticator {
  /**
   * @param authorization - the header's value, `Bearer …`
   * @throws ParleyError `unauthorized`
   */
  identify(authorization: string | undefined): Promise<Identity>;
}

/** Tokens with many claims are long; Node takes 16 kB of headers. */
const BEARER = /^Bearer ([\w.-]{1,8192})$/i;

/**
 * The token in an `Authorization` header.
 *
 * @throws ParleyError `unauthorized`
 */
export function bearerOf(authorization: string | undefined): string {
  const token = BEARER.exec(authorization ?? '')?.[1];
  if (token === undefined) throw new ParleyError('unauthorized');
  return token;
}
