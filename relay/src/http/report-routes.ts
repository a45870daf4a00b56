import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { API_PATHS } from '@parley/shared';
import type { PageReports } from '../watching/exporters/page-reports.ts';
import type { Limiter } from '../people/limits/limiter.ts';
import type { TrustedProxies } from './trusted-proxies.ts';

interface ReportRoutesOptions {
  readonly reports: Pick<PageReports, 'forward'>;
  readonly limiter: Pick<Limiter, 'take'>;
  readonly proxies: TrustedProxies;
}

/**
 * Takes error reports of the page. The page may connect to no host but the relay's
 * (`connect-src 'self'`), and Sentry is to see no address of a person. No token is asked for: what
 * fails may be the sign-in.
 */
export function reportRoutes(options: ReportRoutesOptions): Hono<{ Bindings: HttpBindings }> {
  const { reports, limiter, proxies } = options;
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.post(API_PATHS.reports, async (c) => {
    limiter.take('address-reports', proxies.clientAddress(c.env.incoming));
    await reports.forward(await c.req.text());
    return c.body(null, 204);
  });
  return app;
}
