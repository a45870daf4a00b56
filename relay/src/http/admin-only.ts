import type { Context, MiddlewareHandler } from 'hono';
import type { SignIn } from '../auth/sign-in.ts';
import { isSameSecret } from '../lib/same-secret.ts';
import { problem } from './problem.ts';

export interface AdminOnlyOptions {
  /** The operator's; undefined if there is none. */
  readonly token: string | undefined;
  readonly signIn: Pick<SignIn, 'identify' | 'hasAccounts'>;
  /** @throws ParleyError `rate_limited` if too many wrong tokens came from where this request does */
  readonly checkAttempts: (c: Context) => void;
  readonly countAttempt: (c: Context) => void;
}

/**
 * Lets administrators through: by the operator's token, or with an account whose role says so.
 * Without either there is nothing here.
 */
export function adminOnly(options: AdminOnlyOptions): MiddlewareHandler {
  const { token, signIn, checkAttempts, countAttempt } = options;
  return async (c, next) => {
    if (token === undefined && !signIn.hasAccounts) return problem(c, 'not_found');
    checkAttempts(c);
    const authorization = c.req.header('authorization');
    const given = authorization?.replace(/^Bearer /i, '') ?? '';
    if (token !== undefined && isSameSecret(given, token)) return next();
    const identity = signIn.hasAccounts
      ? await signIn.identify(authorization).catch(() => undefined)
      : undefined;
    if (identity?.role === 'admin') return next();
    if (identity !== undefined) return problem(c, 'forbidden');
    if (given !== '') countAttempt(c);
    return problem(c, 'unauthorized');
  };
}
