import type { MiddlewareHandler } from 'hono';
import type { Config } from '../config/config.ts';
import { isSameSecret } from '../lib/same-secret.ts';
import type { AdminEnv } from './admin-only.ts';

export interface OperatorAccess {
  /** For who has not that token. */
  readonly admin: MiddlewareHandler<AdminEnv>;
  readonly config: Pick<Config, 'metrics'>;
}

/**
 * Lets programs of the operator read how the relay is: with `METRICS_TOKEN`, or as an administrator.
 *
 * Where a request comes from opens nothing. A proxy on this machine that writes its own `Host` and
 * no `X-Forwarded-For`, as a short configuration of nginx does, makes requests of strangers look
 * like the operator's; those have a port of their own, see `openMetricsPort`.
 */
export function operatorAccess({ admin, config }: OperatorAccess): MiddlewareHandler<AdminEnv> {
  const { token } = config.metrics;
  return async (c, next) => {
    const given = c.req.header('authorization')?.replace(/^Bearer /i, '') ?? '';
    if (token !== undefined && isSameSecret(given, token)) return next();
    return admin(c, next);
  };
}
