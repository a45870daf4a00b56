import type { Context, MiddlewareHandler } from 'hono';
import type { Config } from '../base/config/config.ts';
import { isLoopback } from '../base/lib/network-address.ts';
import { isSameSecret } from '../base/lib/same-secret.ts';
import type { AdminEnv } from './admin-only.ts';

export interface OperatorAccess {
  /** For what is not open otherwise. */
  readonly admin: MiddlewareHandler<AdminEnv>;
  readonly config: Pick<Config, 'publicUrl' | 'allowedOrigins' | 'auth' | 'metrics'>;
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
  const isForwarded = FORWARDING_HEADERS.some((name) => c.req.header(name) !== undefined);
  if (isForwarded || incoming.httpVersion === '1.0') return false;
  const peer = incoming.socket.remoteAddress;
  const host = URL.parse(`http://${c.req.header('host') ?? ''}`)?.hostname;
  return peer !== undefined && isLoopback(peer) && host !== undefined && isLoopback(host);
}
