import type { IncomingMessage } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import type { Context, MiddlewareHandler } from 'hono';
import { ParleyError } from '@parley/shared';
import type { SignIn } from '../people/auth/sign-in.ts';
import type { Config } from '../base/config/config.ts';
import { isLoopback } from '../base/lib/network-address.ts';
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
  await limiter.check('address-wrong-admin-tokens', address);
  const given = authorization?.replace(/^Bearer /i, '') ?? '';
  if (token !== undefined && isSameSecret(given, token)) return 'operator';
  if (given === '') throw new ParleyError('unauthorized');
  // Before it is looked at, so that many at once are not more than one after the other.
  await limiter.count('address-wrong-admin-tokens', address);
  const { role, userId } = await signIn.identify(authorization);
  await limiter.takeBack('address-wrong-admin-tokens', address);
  if (role !== 'admin') throw new ParleyError('forbidden');
  return userId;
}

interface OperatorAccessOptions {
  /** For what is not open otherwise. */
  readonly admin: MiddlewareHandler<AdminEnv>;
  readonly config: Pick<Config, 'publicUrl' | 'allowedOrigins' | 'auth' | 'metrics'>;
}

export interface OperatorAccess {
  /** Refuses callers who may not read how the relay is. */
  readonly access: MiddlewareHandler<AdminEnv>;
  /** Whether a request needs no token, because it comes from this machine and none was set. */
  readonly isOpen: (c: Context<AdminEnv>) => boolean;
}

/** With any of these a request was forwarded, and its sender is not on this machine. */
const FORWARDING_HEADERS = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
] as const;

/**
 * Lets programs of the operator read how the relay is: with `METRICS_TOKEN`, as an administrator,
 * or from this machine if no proxy is configured and none passed the request on. A relay with a
 * public address usually has a proxy on the same machine, and requests of strangers through that
 * proxy come from a local address too.
 *
 * A proxy that keeps the requested name is recognised by that name, a usual one by its headers, and
 * nginx in its shortest configuration by HTTP/1.0. One that hides all of that is not recognised:
 * calls through it are refused for their origin until `PUBLIC_URL` is set, and that closes this.
 */
export function operatorAccess({ admin, config }: OperatorAccessOptions): OperatorAccess {
  const { token } = config.metrics;
  const isPrivate =
    config.publicUrl === undefined &&
    config.allowedOrigins.length === 0 &&
    config.auth.trustedProxies.isEmpty;
  const isOpen = (c: Context<AdminEnv>) => isPrivate && isFromHere(c);
  const access: MiddlewareHandler<AdminEnv> = async (c, next) => {
    if (isOpen(c)) return next();
    const given = c.req.header('authorization')?.replace(/^Bearer /i, '') ?? '';
    if (token !== undefined && isSameSecret(given, token)) return next();
    return admin(c, next);
  };
  return { access, isOpen: (c) => token === undefined && isOpen(c) };
}

function isFromHere(c: Context<AdminEnv>): boolean {
  const { incoming } = c.env;
  const isForwarded = FORWARDING_HEADERS.some((name) => c.req.header(name) !== undefined);
  if (isForwarded || incoming.httpVersion === '1.0') return false;
  const peer = incoming.socket.remoteAddress;
  const host = URL.parse(`http://${c.req.header('host') ?? ''}`)?.hostname;
  return peer !== undefined && isLoopback(peer) && host !== undefined && isLoopback(host);
}
