import type { IncomingMessage } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';
import { basePathOf } from './base-path.ts';
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
 * Where a request should have gone that a trusted proxy took over http, though `PUBLIC_URL` says that
 * people come by https; undefined if it came as it should. Upgrades follow the same rule.
 */
export function secureAddress(
  request: IncomingMessage,
  publicUrl: string | undefined,
  proxies: TrustedProxies,
): string | undefined {
  if (!isPublicHost(request, publicUrl) || proxies.protocol(request) !== 'http') return undefined;
  const target = new URL(publicUrl!);
  // Without what an absolute target says before the path.
  const [, pathname, search] = /^(?:[a-z][\w+.-]*:\/\/[^/?#]*)?([^?#]*)([^#]*)/i.exec(
    request.url!,
  )!;
  // One by one: resolved against the address, the path `//host/` would be another host.
  Object.assign(target, { pathname: basePathOf(publicUrl).slice(0, -1) + pathname, search });
  return target.href;
}

/**
 * The origins that the relay's own page has if it sends this request: that of the host asked for,
 * by the protocol that it was asked by. Who can change what comes over http on the same host must
 * not get at what is asked over https. Both, if a trusted proxy does not say which it was.
 */
export function ownOrigins(
  request: Pick<IncomingMessage, 'headers' | 'socket'>,
  allowed: readonly string[],
  proxies: TrustedProxies,
): readonly string[] {
  const known = proxies.protocol(request);
  const isProxied = proxies.has(request.socket.remoteAddress ?? '');
  const schemes = known === undefined && isProxied ? ['http', 'https'] : [known ?? 'http'];
  const { host = '' } = request.headers;
  // People come by https, then, through a proxy that need not be named.
  const secure = URL.parse(`https://${host}`)?.origin ?? '';
  if (allowed.includes(secure)) return [secure];
  return schemes.flatMap((scheme) => URL.parse(`${scheme}://${host}`)?.origin ?? []);
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
    const address = secureAddress(request, publicUrl, proxies);
    if (address !== undefined) return c.redirect(address, 308);
    c.header('Strict-Transport-Security', `max-age=${REMEMBERED_S}`);
    return next();
  };
}
