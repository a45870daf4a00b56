import type { Context, MiddlewareHandler } from 'hono';
import type { Config } from '../config/config.ts';
import { isLoopback } from '../lib/network-address.ts';
import { isSameSecret } from '../lib/same-secret.ts';
import type { AdminEnv } from './admin-only.ts';

export interface OperatorAccess {
  /** For what is not open otherwise. */
  readonly admin: MiddlewareHandler<AdminEnv>;
  readonly config: Pick<Config, 'publicUrl' | 'allowedOrigins' | 'auth' | 'metrics'>;
}

/**
 * Lets programs of the operator read how the relay is: with `METRICS_TOKEN`, as an administrator,
 * or from this machine if no proxy is configured. A relay with a public address usually has a proxy
 * on the same machine, and requests of strangers through that proxy come from a local address too.
 */
export function operatorAccess({ admin, config }: OperatorAccess): MiddlewareHandler<AdminEnv> {
  const { token } = config.metrics;
  const isPrivate =
    config.publicUrl === undefined &&
    config.allowedOrigins.length === 0 &&
    config.auth.trustedProxies.isEmpty;
  return async (c, next) => {
    if (isPrivate && isFromHere(c)) return next();
    const given = c.req.header('authorization')?.replace(/^Bearer /i, '') ?? '';
    if (token !== undefined && isSameSecret(given, token)) return next();
    return admin(c, next);
  };
}

function isFromHere(c: Context<AdminEnv>): boolean {
  const { incoming } = c.env;
  const isForwarded =
    c.req.header('x-forwarded-for') !== undefined || c.req.header('forwarded') !== undefined;
  const peer = incoming.socket.remoteAddress;
  const host = URL.parse(`http://${c.req.header('host') ?? ''}`)?.hostname;
  return (
    !isForwarded && peer !== undefined && isLoopback(peer) && host !== undefined && isLoopback(host)
  );
}
