import { SignJWT } from 'jose/jwt/sign';
import { jwtVerify } from 'jose/jwt/verify';
import { z } from 'zod';
import { ParleyError } from '@parley/shared';
import type { Identity } from './identity.ts';
import type { SignOuts } from './sign-outs.ts';

/** Not a guest's: such a secret opens nothing but calls. */
const ISSUER = 'parley-client-secret';
const PREFIX = 'ek_';

const claimsSchema = z.object({
  sub: z.string(),
  iat: z.number(),
  kind: z.enum(['guest', 'account']),
  plan: z.string(),
  /** ms since 1970. */
  until: z.number(),
  session: z.string(),
});

/**
 * Secrets that the server of a page gets for it: good for calls of one person, for some minutes, and
 * with the session that the server wants. They say all that by themselves, so that any relay with the
 * same secret takes them.
 */
export class ClientSecrets {
  readonly #secret: Uint8Array;
  readonly #signOuts: SignOuts;

  constructor(secret: Uint8Array, signOuts: SignOuts) {
    this.#secret = secret;
    this.#signOuts = signOuts;
  }

  /**
   * @param session - how calls are to begin, in the words of their protocol
   * @param ttlS - how long calls may be begun with it
   */
  async issue(
    { userId, kind, plan, expiresAtMs }: Identity,
    session: string,
    ttlS: number,
  ): Promise<{ readonly value: string; readonly expiresAtS: number }> {
    const nowS = Math.floor(Date.now() / 1_000);
    const expiresAtS = Math.min(nowS + ttlS, Math.floor(expiresAtMs / 1_000));
    const token = await new SignJWT({ kind, plan, until: expiresAtMs, session })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(userId)
      .setIssuer(ISSUER)
      .setIssuedAt(nowS)
      .setExpirationTime(expiresAtS)
      .sign(this.#secret);
    return { value: PREFIX + token, expiresAtS };
  }

  /** Whether a key is meant to be one. */
  isOne(key: string): boolean {
    return key.startsWith(PREFIX);
  }

  /** @throws ParleyError `unauthorized` */
  async read(key: string): Promise<{ readonly identity: Identity; readonly session: string }> {
    try {
      const { payload } = await jwtVerify(key.slice(PREFIX.length), this.#secret, {
        issuer: ISSUER,
        algorithms: ['HS256'],
        requiredClaims: ['exp'],
      });
      const { sub, iat, kind, plan, until, session } = claimsSchema.parse(payload);
      // An administrator's page is no administrator.
      const identity = { userId: sub, kind, role: 'user', plan, expiresAtMs: until } as const;
      if (this.#signOuts.refuses(identity, iat)) throw new Error('signed out');
      return { identity, session };
    } catch (cause) {
      throw new ParleyError('unauthorized', { cause });
    }
  }
}
