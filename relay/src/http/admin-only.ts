import type { IncomingMessage } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';
import { ParleyError } from '@parley/shared';
import type { SignIn } from '../people/auth/sign-in.ts';
import { isSameSecret } from '../base/lib/same-secret.ts';
import type { Limiter } from '../people/limits/limiter.ts';
import type { TrustedProxies } from './trusted-proxies.ts';

/** Routes below `adminOnly`. */
export interface AdminEnv {
  readonly Bindings: HttpBindings;
  /** The administrator, for the log. */
  readonly Variables: { admin: string };
}

export interface AdminAccess {
  /** The operator's; undefined: none is set. */
  readonly token: string | undefined;
  readonly signIn: Pick<SignIn, 'identify' | 'hasAccounts'>;
  readonly limiter: Pick<Limiter, 'check' | 'count' | 'takeBack'>;
  readonly proxies: TrustedProxies;
}

/** Lets administrators through, see `administratorOf`. */
export function adminOnly(options: AdminAccess): MiddlewareHandler<AdminEnv> {
  return async (c, next) => {
    const authorization = c.req.header('authorization');
    c.set('admin', await administratorOf(options, c.env.incoming, authorization));
    return next();
  };
}

/**
 * The administrator who sends a request: by the operator's token, or with an account whose role
 * says so; a guest has none. Without either there is nothing here. An address that has tried too
 * many wrong ones must wait, also with the right one: otherwise the wait would show which is wrong.
 *
 * @param authorization - `Bearer …`
 * @returns `operator`, or the id of the account
 * @throws ParleyError `not_found`, `unauthorized`, `forbidden`
 * @throws LimitReached
 */
export async function administratorOf(
  { token, signIn, limiter, proxies }: AdminAccess,
  request: Pick<IncomingMessage, 'headers' | 'socket'>,
  authorization: string | undefined,
): Promise<string> {
  if (token === undefined && !signIn.hasAccounts) throw new ParleyError('not_found');
  const address = proxies.clientAddress(request);
  limiter.check('address-wrong-admin-tokens', address);
  const given = authorization?.replace(/^Bearer /i, '') ?? '';
  if (token !== undefined && isSameSecret(given, token)) return 'operator';
  if (given === '') throw new ParleyError('unauthorized');
  // Before it is looked at, so that many at once are not more than one after the other.
  limiter.count('address-wrong-admin-tokens', address);
  const { role, userId } = await signIn.identify(authorization);
  limiter.takeBack('address-wrong-admin-tokens', address);
  if (role !== 'admin') throw new ParleyError('forbidden');
  return userId;
}
