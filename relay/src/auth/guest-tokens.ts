import { jwtVerify, SignJWT } from 'jose';
import { ParleyError } from '@parley/shared';
import { newId } from '../lib/ids.ts';
import { GUEST_ID_PREFIX, GUEST_PLAN, type Authenticator, type Identity } from './identity.ts';

const ISSUER = 'parley';
const AUDIENCE = 'parley';

/** Signs people in without an account, and recognises them again. */
export class GuestTokens implements Authenticator {
  readonly #secret: Uint8Array;
  readonly #ttlMs: number;

  constructor(secret: Uint8Array, ttlMs: number) {
    this.#secret = secret;
    this.#ttlMs = ttlMs;
  }

  /** A JWT (HS256) for a new guest. */
  async issue(): Promise<{ readonly token: string; readonly expiresInS: number }> {
    const expiresInS = Math.floor(this.#ttlMs / 1_000);
    const token = await new SignJWT()
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(newId(GUEST_ID_PREFIX))
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime(`${expiresInS}s`)
      .sign(this.#secret);
    return { token, expiresInS };
  }

  async identify(authorization: string | undefined): Promise<Identity> {
    const token = /^Bearer ([\w.-]{1,4096})$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw new ParleyError('unauthorized');
    try {
      const { payload } = await jwtVerify(token, this.#secret, {
        issuer: ISSUER,
        audience: AUDIENCE,
        algorithms: ['HS256'],
        requiredClaims: ['sub', 'exp'],
      });
      return {
        userId: payload.sub!,
        kind: 'guest',
        role: 'user',
        plan: GUEST_PLAN,
        expiresAtMs: payload.exp! * 1_000,
      };
    } catch (cause) {
      throw new ParleyError('unauthorized', { cause });
    }
  }
}
