import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import * as errors from 'jose/errors';
import { jwtVerify } from 'jose/jwt/verify';
import { ParleyError } from '@parley/shared';
import type { AccountsConfig } from '../../base/config/auth-config.ts';
import type { IssuerKeys } from './issuer-keys.ts';
import {
  bearerOf,
  DEFAULT_PLAN,
  GUEST_ID_PREFIX,
  GUEST_PLAN,
  type Authenticator,
  type Identity,
} from './identity.ts';
import type { SignOuts } from './sign-outs.ts';

/** How far the issuer's clock and ours may be apart, s. */
const SKEW_S = 60;
/** OpenID Connect Core 1.0, §2: at most 255 ASCII characters. */
const SUBJECT = /^[\x21-\x7e]{1,255}$/;
const PLAN_NAME = /^[\w-]{1,64}$/;

export interface AccountTokensOptions {
  readonly accounts: AccountsConfig;
  readonly keys: Pick<IssuerKeys, 'find' | 'refresh'>;
  readonly signOuts: SignOuts;
  /** Whether people whom the issuer let in without an account may call. */
  readonly allowsGuests: boolean;
}

/** Knows the people of an issuer by its tokens (JWT, RFC 7519; checked as RFC 8725 advises). */
export class AccountTokens implements Authenticator {
  readonly #options: AccountTokensOptions;
  readonly #secret: Uint8Array | undefined;
  readonly #issuers: string[];

  constructor(options: AccountTokensOptions) {
    this.#options = options;
    const { issuer, secret } = options.accounts;
    this.#secret = secret === undefined ? undefined : new TextEncoder().encode(secret);
    const bare = issuer.replace(/\/$/, '');
    // Auth0's ends in a slash, and people leave it out.
    this.#issuers = [bare, `${bare}/`];
  }

  async identify(authorization: string | undefined): Promise<Identity> {
    const token = bearerOf(authorization);
    const { keys, signOuts } = this.#options;
    try {
      const payload = await this.#verify(token).catch(async (error: unknown) => {
        // The issuer has changed its keys, perhaps under the name of an old one.
        const isUnknownKey =
          error instanceof errors.JWKSNoMatchingKey ||
          error instanceof errors.JWSSignatureVerificationFailed;
        if (!isUnknownKey || !(await keys.refresh())) throw error;
        return this.#verify(token);
      });
      const identity = this.#identityOf(payload);
      if (signOuts.refuses(identity, payload.iat)) throw new Error('signed out');
      return identity;
    } catch (cause) {
      throw new ParleyError('unauthorized', { cause });
    }
  }

  async #verify(token: string): Promise<JWTPayload> {
    const { audience, algorithms } = this.#options.accounts;
    const { payload } = await jwtVerify(token, this.#keyOf, {
      issuer: this.#issuers,
      audience: [...audience],
      algorithms: [...algorithms, ...(this.#secret === undefined ? [] : ['HS256'])],
      clockTolerance: SKEW_S,
      requiredClaims: ['sub', 'exp'],
    });
    return payload;
  }

  /** The secret for the one algorithm that it is meant for: a public key is never used as one. */
  readonly #keyOf: JWTVerifyGetKey = async (header, token) => {
    if (header.alg === 'HS256' && this.#secret !== undefined) return this.#secret;
    return this.#options.keys.find(header, token);
  };

  #identityOf(payload: JWTPayload): Identity {
    const { accounts, allowsGuests } = this.#options;
    const { sub = '', exp = 0 } = payload;
    // A name of a guest would make an account of another's.
    if (!SUBJECT.test(sub) || sub.startsWith(`${GUEST_ID_PREFIX}_`)) throw new Error('subject');
    const expiresAtMs = exp * 1_000;
    // Supabase lets people in without an account, if its project allows that: as many as they like.
    if (payload['is_anonymous'] === true) {
      if (!allowsGuests) throw new Error('guest');
      const userId = `${GUEST_ID_PREFIX}_${sub}`;
      return { userId, kind: 'guest', role: 'user', plan: GUEST_PLAN, expiresAtMs };
    }
    const roles = [claimOf(payload, accounts.roleClaim)].flat();
    const plan = claimOf(payload, accounts.planClaim);
    return {
      userId: sub,
      kind: 'account',
      role: roles.includes('admin') ? 'admin' : 'user',
      plan: typeof plan === 'string' && PLAN_NAME.test(plan) ? plan : DEFAULT_PLAN,
      expiresAtMs,
    };
  }
}

/**
 * A claim by its name or, with dots, by its way through other claims. Names of claims may have dots
 * themselves (`https://example.com/role`), so the whole name comes first.
 */
function claimOf(payload: JWTPayload, path: string): unknown {
  if (Object.hasOwn(payload, path)) return payload[path];
  let value: unknown = payload;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) {
      return undefined;
    }
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}
