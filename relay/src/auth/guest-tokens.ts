import { jwtVerify, SignJWT } from 'jose';
import { ParleyError } from '@parley/shared';
import { newId } from '../lib/ids.ts';

const ISSUER = 'parley';
const AUDIENCE = 'parley';

export interface User {
  readonly id: string;
}

/** Signs people in without an account, and recognises them again. */
export class GuestTokens {
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
      .setSubject(newId('guest'))
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime(`${expiresInS}s`)
      .sign(this.#secret);
    return { token, expiresInS };
  }

  /**
   * @param authorization - the header's value, `Bearer …`
   * @throws ParleyError `unauthorized`
   */
  async verify(authorization: string | undefined): Promise<User> {
    const token = /^Bearer ([\w.-]{1,4096})$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw new ParleyError('unauthorized');
    try {
      const { payload } = await jwtVerify(token, this.#secret, {
        issuer: ISSUER,
        audience: AUDIENCE,
        algorithms: ['HS256'],
        requiredClaims: ['sub', 'exp'],
      });
      return { id: payload.sub! };
    } catch (cause) {
      throw new ParleyError('unauthorized', { cause });
    }
  }
}
