import type { IncomingMessage } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';
import type { TrustedProxies } from './trusted-proxies.ts';

/** How long browsers remember that this host speaks https only, s. */
const REMEMBERED_S = 365 * 86_400;

/** Whether a request is for the host of an https `PUBLIC_URL`. */
export function isPublicHost(
  { headers }: Pick<IncomingMessage, 'headers'>,
  publicUrl: string | undefined,
): boolean {
  const url = publicUrl === undefined ? undefined : new URL(publicUrl);
  if (url?.protocol !== 'https:') return false;
  const given = URL.parse(`https://${headers.host ?? ''}`);
  return given?.hostname === url.hostname;
}

/**
 * Keeps browsers on https if `PUBLIC_URL` says that people come by it: a request that a trusted
 * proxy took over http is redirected, all others are answered with HSTS (RFC 6797). Other names of
 * the relay (`localhost`, addresses for health checks) are left alone.
 */
export function secureTransport(
  publicUrl: string | undefined,
  proxies: TrustedProxies,
): MiddlewareHandler<{ Bindings: HttpBindings }> {
  return async (c, next) => {
    const request = c.env.incoming;
    if (!isPublicHost(request, publicUrl)) return next();
    if (proxies.protocol(request) === 'http') {
      const target = new URL(publicUrl!);
      // One by one: resolved against the address, the path `//host/` would be another host.
      ({ pathname: target.pathname, search: target.search } = new URL(c.req.url));
      return c.redirect(target.href, 308);
    }
    c.header('Strict-Transport-Security', `max-age=${REMEMBERED_S}`);
    return next();
  };
}
