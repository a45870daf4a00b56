import type { HttpBindings } from '@hono/node-server';
import { Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { API_PATHS, ParleyError } from '@parley/shared';
import { MAX_REPORT_BYTES } from '@parley/shared/report-api';
import type { OwnHosts } from '../people/auth/own-hosts.ts';
import type { Config } from '../base/config/config.ts';
import type { RequestTraces } from '../watching/exporters/request-tracer.ts';
import type { Logger } from '../base/lib/logger.ts';
import type { RefusalLog } from '../base/lib/refusal-log.ts';
import type { Limiter } from '../people/limits/limiter.ts';
import { allowedPagesOnly, ownHostsOnly } from './admission.ts';
import { page } from './page.ts';
import { identifyRequests, logRefusals, problem, refuse } from './problem.ts';
import { readBeforeSending } from './read-before-sending.ts';
import type { RequestHandler } from './server.ts';
import { secureTransport } from './secure-transport.ts';
import { securityHeaders } from './security-headers.ts';
import type { TrustedProxies } from './trusted-proxies.ts';

/** Beside those below `/api`. */
const HEALTH_PATHS = [
  API_PATHS.health,
  API_PATHS.healthDetailed,
  API_PATHS.live,
  API_PATHS.ready,
  API_PATHS.performance,
  API_PATHS.prometheus,
] as const;

/** A session request is a few short fields. */
const MAX_BODY_BYTES = 4 * 1024;

export interface AppOptions {
  /** Mounts what the rooms of the relay answer. */
  readonly mount: (app: Hono<{ Bindings: HttpBindings }>) => void;
  readonly limiter: Pick<Limiter, 'take'>;
  readonly config: Pick<Config, 'allowedOrigins' | 'auth' | 'publicUrl'>;
  readonly hosts: OwnHosts;
  readonly proxies: TrustedProxies;
  /** Folder of the built page. */
  readonly pageRoot: string;
  readonly logger: Logger;
  readonly refusals: RefusalLog;
  /** undefined: requests are not traced. */
  readonly traces: RequestTraces | undefined;
}

/**
 * The relay's HTTP side: what holds for every request, around what the rooms answer, and the page.
 * The WebSocket is upgraded beside it, see `realtime.ts`.
 */
export function createApp(options: AppOptions): RequestHandler {
  const { mount, limiter, config, hosts, proxies, pageRoot, logger, refusals, traces } = options;
  const app = new Hono<{ Bindings: HttpBindings }>();

  app.use(identifyRequests(traces));
  app.use(logRefusals(logger, refusals, proxies, traces));
  app.use(securityHeaders(signInOrigins(config.auth)));
  app.use((c, next) => {
    limiter.take('address-requests', proxies.clientAddress(c.env.incoming));
    return next();
  });
  app.use(ownHostsOnly(hosts));
  app.use(secureTransport(config.publicUrl, proxies));
  for (const path of ['/api/*', ...HEALTH_PATHS]) {
    app.use(
      path,
      (c, next) => {
        c.header('Cache-Control', 'no-store');
        return next();
      },
      allowedPagesOnly(config.allowedOrigins),
      boundedBodies(),
    );
  }
  mount(app);
  app.all('/api/*', (c) => problem(c, 'not_found'));
  app.use(readBeforeSending());
  app.route('/', page(pageRoot));
  app.notFound((c) => problem(c, 'not_found'));
  app.onError((error, c) => {
    if (error instanceof ParleyError) return refuse(c, error);
    if (error instanceof HTTPException) return error.getResponse();
    // The client went away before its body was complete.
    if ('code' in error && error.code === 'ECONNRESET') return problem(c, 'invalid_request');
    return problem(c, 'internal_error');
  });
  return app;
}

/** Refuses longer bodies than there is a use for. */
function boundedBodies(): MiddlewareHandler {
  const upTo = (maxSize: number) =>
    bodyLimit({ maxSize, onError: (c) => problem(c, 'payload_too_large') });
  const ofReports = upTo(MAX_REPORT_BYTES);
  const ofOthers = upTo(MAX_BODY_BYTES);
  return (c, next) => (c.req.path === API_PATHS.reports ? ofReports : ofOthers)(c, next);
}

/** Where the page signs people in, beside the relay. */
function signInOrigins({ supabase, accounts, clientId }: Config['auth']): readonly string[] {
  if (supabase !== undefined) return [new URL(supabase.url).origin];
  if (accounts === undefined || clientId === undefined) return [];
  return [new URL(accounts.issuer).origin];
}
