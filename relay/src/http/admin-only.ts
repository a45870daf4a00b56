import type { HttpBindings } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';
import type { SignIn } from '../auth/sign-in.ts';
import { isSameSecret } from '../lib/same-secret.ts';
import type { Limiter } from '../limits/limiter.ts';
import { problem } from './problem.ts';
import type { TrustedProxies } from './trusted-proxies.ts';

/** Routes below `adminOnly`. */
export interface AdminEnv {
  readonly Bindings: HttpBindings;
  /** Who it is, for the log. */
  readonly Variables: { admin: string };
}

export interface AdminAccess {
  /** The operator's; undefined if there is none. */
  readonly token: string | undefined;
  readonly signIn: Pick<SignIn, 'identify' | 'hasAccounts'>;
  readonly limiter: Pick<Limiter, 'check' | 'count' | 'takeBack'>;
  readonly proxies: TrustedProxies;
}

/**
 * Lets administrators through: by the operator's token, or with an account whose role says so.
 * Without either there is nothing here. An address that has tried too many wrong ones must wait,
 * also with the right one: otherwise waiting would tell that it is wrong.
 */
export function adminOnly(options: AdminAccess): MiddlewareHandler<AdminEnv> {
  const { token, signIn, limiter, proxies } = options;
  return async (c, next) => {
    if (token === undefined && !signIn.hasAccounts) return problem(c, 'not_found');
    const address = proxies.clientAddress(c.env.incoming);
    limiter.check('address-wrong-admin-tokens', address);
    const authorization = c.req.header('authorization');
    const given = authorization?.replace(/^Bearer /i, '') ?? '';
    if (token !== undefined && isSameSecret(given, token)) {
      c.set('admin', 'operator');
      return next();
    }
    if (given === '') return problem(c, 'unauthorized');
    // Before it is looked at, so that many at once are not more than one after the other.
    limiter.count('address-wrong-admin-tokens', address);
    if (!signIn.hasAccounts) return problem(c, 'unauthorized');
    const { role, userId } = await signIn.identify(authorization);
    limiter.takeBack('address-wrong-admin-tokens', address);
    if (role !== 'admin') return problem(c, 'forbidden');
    c.set('admin', userId);
    return next();
  };
}
