import type { MiddlewareHandler } from 'hono';
import type { SignIn } from '../auth/sign-in.ts';
import { isSameSecret } from '../lib/same-secret.ts';
import { problem } from './problem.ts';

/**
 * Lets administrators through: by the operator's token, or with an account whose role says so.
 * Without either there is nothing here.
 *
 * @param token - the operator's; undefined if there is none
 */
export function adminOnly(
  token: string | undefined,
  signIn: Pick<SignIn, 'identify' | 'hasAccounts'>,
): MiddlewareHandler {
  return async (c, next) => {
    if (token === undefined && !signIn.hasAccounts) return problem(c, 'not_found');
    const authorization = c.req.header('authorization');
    const given = authorization?.replace(/^Bearer /i, '') ?? '';
    if (token !== undefined && isSameSecret(given, token)) return next();
    if (!signIn.hasAccounts) return problem(c, 'unauthorized');
    const { role } = await signIn.identify(authorization);
    return role === 'admin' ? next() : problem(c, 'forbidden');
  };
}
