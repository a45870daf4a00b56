import type { IncomingMessage } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import type { Context, MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { every } from 'hono/combine';
import { isOriginAllowed } from '../people/auth/origins.ts';
import type { OwnHosts } from '../people/auth/own-hosts.ts';
import { problem } from './problem.ts';

/** How long a browser may go without asking again whether it may ask, s. */
const PREFLIGHT_MAX_AGE_S = 600;
/** What our own page sends. */
const OWN_HEADERS: readonly string[] = ['authorization', 'content-type', 'range'];

export const FOREIGN_HOST_DETAIL =
  'If people are meant to reach it there, set PUBLIC_URL to that address, or add it to ALLOWED_ORIGINS.';
export const MALFORMED_HOST_DETAIL = 'It needs one Host header with a host and, if needed, a port.';

/** Refuses requests for any host but the relay's own. */
export function ownHostsOnly(hosts: OwnHosts): MiddlewareHandler<{ Bindings: HttpBindings }> {
  return async (c, next) => {
    switch (hosts.judge(c.env.incoming)) {
      case 'own':
        return next();
      case 'foreign':
        return problem(c, 'host_not_allowed', FOREIGN_HOST_DETAIL);
      case 'malformed':
        return problem(c, 'invalid_request', MALFORMED_HOST_DETAIL);
    }
  };
}

/**
 * Lets pages of the relay's own origin and of the `allowed` ones use what is below.
 *
 * Any other page is refused, but its browser may show it the refusal: without that, a relay that
 * was configured with another origin looks like one that is down. Preflights are therefore answered
 * alike for all, and the request itself is refused before anything is done.
 *
 * @param headers - that these pages may send beside the plain ones; none: any
 */
export function allowedPagesOnly(
  allowed: readonly string[],
  ownOf: (request: IncomingMessage) => readonly string[],
  headers = OWN_HEADERS,
): MiddlewareHandler<{ Bindings: HttpBindings }> {
  const isAllowed = (c: Context<{ Bindings: HttpBindings }>) =>
    isOriginAllowed(c.req.header('origin'), ownOf(c.env.incoming), allowed);
  return every(
    cors({
      origin: (origin, c) => (isAllowed(c) ? origin : '*'),
      allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      allowHeaders: [...headers],
      exposeHeaders: ['X-Request-Id', 'Retry-After', 'Content-Disposition'],
      maxAge: PREFLIGHT_MAX_AGE_S,
    }),
    async (c, next) => {
      if (isAllowed(c)) return next();
      const origin = c.req.header('origin') ?? '';
      // Only what is one is repeated.
      const isOrigin = URL.canParse(origin) && new URL(origin).origin === origin;
      return problem(
        c,
        'origin_not_allowed',
        isOrigin ? `To allow it, add ${origin} to the relay's ALLOWED_ORIGINS.` : undefined,
      );
    },
  );
}
