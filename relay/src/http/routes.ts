import type { HttpBindings } from '@hono/node-server';
import { Hono, type Context, type HonoRequest, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { API_PATHS, createSessionRequestSchema, LOG_PATHS, ParleyError } from '@parley/shared';
import { MAX_REPORT_BYTES } from '@parley/shared/report-api';
import type { AccountTerms } from '../people/accounts/account-terms.ts';
import { EarlierConversations } from '../people/accounts/earlier-conversations.ts';
import type { Identity } from '../people/auth/identity.ts';
import { isOwnOrigin } from '../people/auth/origins.ts';
import type { OwnHosts } from '../people/auth/own-hosts.ts';
import type { SignIn } from '../people/auth/sign-in.ts';
import type { Config } from '../base/config/config.ts';
import type { PageReports } from '../watching/exporters/page-reports.ts';
import type { RequestTraces } from '../watching/exporters/request-tracer.ts';
import type { Clock } from '../base/lib/clock.ts';
import type { Logger } from '../base/lib/logger.ts';
import type { RefusalLog } from '../base/lib/refusal-log.ts';
import type { Limiter } from '../people/limits/limiter.ts';
import type { Recordings } from '../keeping/recordings/recordings.ts';
import type { RelaySettings } from '../people/limits/relay-settings.ts';
import type { SessionCreator } from '../call/session/session-creator.ts';
import type { SessionRegistry } from '../call/session/session-registry.ts';
import type { RelayMonitor } from '../watching/monitoring/relay-monitor.ts';
import type { Stages } from '../call/stages/stages.ts';
import type { CallObservers } from '../call/events/call-observers.ts';
import type { Storage } from '../keeping/storage/storage.ts';
import { adminLogs } from './admin-logs.ts';
import { adminOnly, type AdminEnv } from './admin-only.ts';
import { allowedPagesOnly, ownHostsOnly } from './admission.ts';
import { conversationRoutes } from './conversation-routes.ts';
import { meRoutes } from './me-routes.ts';
import { monitoringRoutes } from './monitoring-routes.ts';
import { operationRoutes } from './operation-routes.ts';
import { operatorAccess } from './operator-access.ts';
import { page } from './page.ts';
import { identifyRequests, logRefusals, problem, refuse } from './problem.ts';
import { readBeforeSending } from './read-before-sending.ts';
import { bodyOf } from './requests.ts';
import type { RequestHandler } from './server.ts';
import { secureTransport } from './secure-transport.ts';
import { securityHeaders } from './security-headers.ts';
import { signInRoutes } from './sign-in-routes.ts';
import type { TrustedProxies } from './trusted-proxies.ts';
import { adminUsageRoutes, usageRoutes } from './usage-routes.ts';
import { z } from 'zod';

/** In this order: most browsers also name those that they descend from. */
const BROWSERS: readonly (readonly [name: string, mark: RegExp])[] = [
  ['Edge', /\bEdg(e|A|iOS)?\//],
  ['Opera', /\b(OPR|OPiOS|Opera)\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Firefox', /\b(Firefox|FxiOS)\//],
  ['Chrome', /\b(Chrome|CriOS|HeadlessChrome|Chromium)\//],
  ['Safari', /\bVersion\/.*\bSafari\//],
];

const SYSTEMS: readonly (readonly [name: string, mark: RegExp])[] = [
  ['Android', /\bAndroid\b/],
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Windows', /\bWindows\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['macOS', /\bMacintosh\b/],
  ['Linux', /\bLinux\b/],
];

interface ReportRoutesOptions {
  readonly reports: Pick<PageReports, 'forward'>;
  readonly limiter: Pick<Limiter, 'take'>;
  readonly proxies: TrustedProxies;
}

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
  readonly signIn: SignIn;
  readonly sessions: SessionCreator;
  readonly registry: SessionRegistry;
  readonly storage: Storage;
  readonly terms: AccountTerms;
  readonly recordings: Recordings;
  readonly observers: CallObservers;
  readonly clock: Clock;
  readonly limiter: Limiter;
  readonly settings: RelaySettings;
  readonly health: () => object;
  readonly monitor: RelayMonitor;
  /** The stages that serve this person's calls. @throws ParleyError `plan_excludes` */
  readonly providersOf: (identity: Identity) => Stages;
  readonly config: Pick<
    Config,
    'adminToken' | 'allowedOrigins' | 'auth' | 'log' | 'metrics' | 'publicUrl'
  >;
  /** undefined: pages report nothing. */
  readonly pageReports: PageReports | undefined;
  readonly hosts: OwnHosts;
  readonly proxies: TrustedProxies;
  /** Folder of the built page. */
  readonly pageRoot: string;
  readonly logger: Logger;
  readonly refusals: RefusalLog;
  /** undefined: requests are not traced. */
  readonly traces: RequestTraces | undefined;
}

/** The relay's HTTP side. The WebSocket is upgraded beside it, see `realtime.ts`. */
export function createApp(options: AppOptions): RequestHandler {
  const { signIn, sessions, registry, storage, terms, recordings, observers } = options;
  const { limiter, config, proxies } = options;
  const conversations = new EarlierConversations({
    storage,
    clock: options.clock,
    logger: options.logger,
  });
  const app = new Hono<{ Bindings: HttpBindings }>();
  const addressOf = (c: Context) => proxies.clientAddress((c.env as HttpBindings).incoming);

  app.use(identifyRequests(options.traces));
  app.use(logRefusals(options.logger, options.refusals, proxies, options.traces));
  app.use(securityHeaders(signInOrigins(config.auth)));
  app.use((c, next) => {
    limiter.take('address-requests', proxies.clientAddress(c.env.incoming));
    return next();
  });
  app.use(ownHostsOnly(options.hosts));
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

  app.get(API_PATHS.health, (c) => c.json(options.health()));

  const signOut = (identity: Identity) => {
    signIn.signOut(identity);
    sessions.endAll(identity.userId, 'signedOut');
  };
  app.route('/', signInRoutes({ signIn, signOut, sessions, limiter, proxies, config }));

  app.post(API_PATHS.sessions, async (c) => {
    const authorization = c.req.header('authorization');
    const identity = await signIn.identify(authorization);
    const request = await bodyOf(c, createSessionRequestSchema);
    const client = clientName(c.req.header('user-agent'));
    const address = addressOf(c);
    const { conversation_id: id, time_zone: timeZone = 'UTC' } = request;
    const earlier = id === undefined ? undefined : await conversations.load(identity, id);
    // A body may take its time, and so may the storage: time enough to sign out in.
    await signIn.identify(authorization);
    const created = sessions.create({ identity, client, address }, request, earlier);
    if (earlier !== undefined) {
      const { session_id: sessionId } = created;
      const emit = observers.emitterOf(sessionId, identity.userId);
      const { generator } = options.providersOf(identity);
      using budget = sessions.budgetBefore(sessionId, identity);
      await conversations.shorten(earlier, { sessionId, timeZone, generator, emit, budget });
    }
    return c.json({ ...created, ws_url: realtimeUrl(config.publicUrl, c.req) }, 201);
  });

  if (options.pageReports !== undefined) {
    app.route('/', reportRoutes({ reports: options.pageReports, limiter, proxies }));
  }
  const accounts = { authenticator: signIn, storage, terms, registry, recordings };
  app.route(API_PATHS.me, meRoutes({ ...accounts, sessions, signOut }));
  app.route(API_PATHS.conversations, conversationRoutes(accounts));
  app.route(API_PATHS.usage, usageRoutes(accounts));
  const adminAccess = adminOnly({ token: config.adminToken, signIn, limiter, proxies });
  const { monitor, logger } = options;
  const access = operatorAccess({ admin: adminAccess, config });
  app.route('/', monitoringRoutes({ monitor, access, admin: adminAccess }));
  app.route('/', operationRoutes({ monitor, admin: adminAccess, clock: options.clock, logger }));
  app.route(API_PATHS.adminUsage, adminUsageRoutes(adminAccess, storage));
  app.route(API_PATHS.adminSettings, adminSettings(adminAccess, options.settings));
  app.route(LOG_PATHS.level, adminLogs(adminAccess, options.settings));
  app.all('/api/*', (c) => problem(c, 'not_found'));
  app.use(readBeforeSending());
  app.route('/', page(options.pageRoot));
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

/**
 * Where the client's WebSocket goes. The relay's own page may connect to no origin but its own
 * (`connect-src 'self'`), by any of the relay's names.
 */
function realtimeUrl(publicUrl: string | undefined, request: HonoRequest): string {
  const origin = request.header('origin');
  const isOwnPage =
    origin !== undefined &&
    // A proxy may have put another `Host` in, but browsers send it too, if they trust the origin.
    (isOwnOrigin(origin, request.header('host')) ||
      request.header('sec-fetch-site') === 'same-origin');
  const url = new URL(API_PATHS.realtime, isOwnPage ? origin : (publicUrl ?? request.url));
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

/** Where the page signs people in, beside the relay. */
function signInOrigins({ supabase, accounts, clientId }: Config['auth']): readonly string[] {
  if (supabase !== undefined) return [new URL(supabase.url).origin];
  if (accounts === undefined || clientId === undefined) return [];
  return [new URL(accounts.issuer).origin];
}

/**
 * What an administrator changes while the relay runs, below `/api/v1/admin/settings`.
 *
 * - `GET /` says what holds, and what of it was changed
 * - `PATCH /` changes what its body names
 *
 * @param access - refuses callers who are not administrators
 */
function adminSettings(
  access: MiddlewareHandler<AdminEnv>,
  settings: Pick<RelaySettings, 'describe' | 'change'>,
): Hono<AdminEnv> {
  const app = new Hono<AdminEnv>();
  app.use(access);
  app.get('/', (c) => c.json(settings.describe()));
  app.patch('/', async (c) => {
    await settings.change(await bodyOf(c, z.unknown()), c.var.admin);
    return c.json(settings.describe());
  });
  return app;
}

/**
 * Takes error reports of the page. The page may connect to no host but the relay's
 * (`connect-src 'self'`), and Sentry is to see no address of a person. No token is asked for: what
 * fails may be the sign-in.
 */
function reportRoutes(options: ReportRoutesOptions): Hono<{ Bindings: HttpBindings }> {
  const { reports, limiter, proxies } = options;
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.post(API_PATHS.reports, async (c) => {
    limiter.take('address-reports', proxies.clientAddress(c.env.incoming));
    await reports.forward(await c.req.text());
    return c.body(null, 204);
  });
  return app;
}

/**
 * The program that sends a request, in a word or two: `Chrome on Android`.
 *
 * @param userAgent - the header; what another program than a browser says of itself up to its version
 */
export function clientName(userAgent: string | undefined): string {
  const text = userAgent?.slice(0, 400) ?? '';
  const find = (table: typeof BROWSERS) => table.find(([, mark]) => mark.test(text))?.[0];
  const browser = find(BROWSERS);
  const system = find(SYSTEMS);
  if (browser !== undefined) return system === undefined ? browser : `${browser} on ${system}`;
  return /^[\w.-]{1,40}/.exec(text)?.[0] ?? 'unknown';
}
