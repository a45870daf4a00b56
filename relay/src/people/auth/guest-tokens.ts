import { createHmac } from 'node:crypto';
import { SignJWT } from 'jose/jwt/sign';
import { jwtVerify } from 'jose/jwt/verify';
import { ParleyError } from '@parley/shared';
import { newId } from '../../base/lib/ids.ts';
import {
  bearerOf,
  GUEST_ID_PREFIX,
  GUEST_PLAN,
  type Authenticator,
  type Identity,
} from './identity.ts';
import { SignOuts } from './sign-outs.ts';

export const GUEST_ISSUER = 'parley';
const AUDIENCE = 'parley';

export interface GuestTokensOptions {
  /** Tokens of guests with another code, or none, are refused. */
  readonly accessCode?: string | undefined;
  readonly signOuts?: SignOuts;
}

/** Signs people in without an account, and recognises them again. */
export class GuestTokens implements Authenticator {
  readonly #secret: Uint8Array;
  readonly #ttlMs: number;
  readonly #codeMark: string | undefined;
  readonly #signOuts: SignOuts;

  constructor(
    secret: Uint8Array,
    ttlMs: number,
    { accessCode, signOuts = new SignOuts() }: GuestTokensOptions = {},
  ) {
    this.#secret = secret;
    this.#ttlMs = ttlMs;
    // Not a plain digest, by which the bearer of a token could try codes elsewhere.
    this.#codeMark =
      accessCode === undefined
        ? undefined
        : createHmac('sha256', secret).update(accessCode).digest('base64url').slice(0, 22);
    this.#signOuts = signOuts;
  }

  /**
   * A JWT (HS256).
   *
   * @param userId - of a known guest; a new one without it
   */
  async issue(
    userId = newId(GUEST_ID_PREFIX),
  ): Promise<{ readonly token: string; readonly expiresInS: number }> {
    const expiresInS = Math.floor(this.#ttlMs / 1_000);
    const token = await new SignJWT(this.#codeMark === undefined ? {} : { code: this.#codeMark })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(userId)
      .setIssuer(GUEST_ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime(`${expiresInS}s`)
      .sign(this.#secret);
    return { token, expiresInS };
  }

  async identify(authorization: string | undefined): Promise<Identity> {
    const token = bearerOf(authorization);
    try {
      const { payload } = await jwtVerify(token, this.#secret, {
        issuer: GUEST_ISSUER,
        audience: AUDIENCE,
        algorithms: ['HS256'],
        requiredClaims: ['sub', 'exp'],
      });
      if (payload['code'] !== this.#codeMark) throw new Error('access code');
      const identity: Identity = {
        userId: payload.sub!,
        kind: 'guest',
        role: 'user',
        plan: GUEST_PLAN,
        expiresAtMs: payload.exp! * 1_000,
      };
      if (this.#signOuts.refuses(identity, payload.iat)) throw new Error('signed out');
      return identity;
    } catch (cause) {
      throw new ParleyError('unauthorized', { cause });
    }
  }
}
