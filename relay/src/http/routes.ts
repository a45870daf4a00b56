import type { HttpBindings } from '@hono/node-server';
import { Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { API_PATHS, LOG_PATHS, ParleyError, TICKET_SUBPROTOCOL_PREFIX } from '@parley/shared';
import { MAX_TAKEN_BATCH_BYTES } from '@parley/shared/poll-batch';
import { MAX_REPORT_BYTES } from '@parley/shared/report-api';
import type { OwnHosts } from '../people/auth/own-hosts.ts';
import type { Config } from '../base/config/config.ts';
import type { RequestTraces } from '../watching/exporters/request-tracer.ts';
import type { Logger } from '../base/lib/logger.ts';
import type { RefusalLog } from '../base/lib/refusal-log.ts';
import type { Limiter } from '../people/limits/limiter.ts';
import { allowedPagesOnly, ownHostsOnly } from './admission.ts';
import { basePathOf } from './base-path.ts';
import { page } from './page.ts';
import { pollRoutes, type Polls } from './polls.ts';
import {
  addresseeOf,
  identifyRequests,
  logRefusals,
  problem,
  refuse,
  type Dialect,
} from './problem.ts';
import { credential, offeredProtocols } from './realtime.ts';
import { readBeforeSending } from './read-before-sending.ts';
import type { RequestHandler } from './server.ts';
import { ownOrigins, secureTransport } from './secure-transport.ts';
import { securityHeaders } from './security-headers.ts';
import type { TrustedProxies } from './trusted-proxies.ts';
import type { AccountTerms } from '../people/accounts/account-terms.ts';
import type { Identity } from '../people/auth/identity.ts';
import type { SignIn } from '../people/auth/sign-in.ts';
import type { RelaySettings } from '../people/limits/relay-settings.ts';
import type { Clock } from '../base/lib/clock.ts';
import type { CallObservers } from '../call/events/call-observers.ts';
import type { SessionCreator } from '../call/session/session-creator.ts';
import type { SessionRegistry } from '../call/session/session-registry.ts';
import type { Stages } from '../call/stages/stages.ts';
import type { Recordings } from '../keeping/recordings/recordings.ts';
import type { Storage } from '../keeping/storage/storage.ts';
import type { OtherRelays } from '../replicas/other-relays.ts';
import type { PageReports } from '../watching/exporters/page-reports.ts';
import type { RelayMonitor } from '../watching/monitoring/relay-monitor.ts';
import { adminOnly, operatorAccess } from './admin-only.ts';
import { conversationRoutes } from './conversation-routes.ts';
import { meRoutes } from './me-routes.ts';
import { monitoringRoutes } from './monitoring-routes.ts';
import { adminLogs, adminSettings, operationRoutes } from './operation-routes.ts';
import { sessionRoutes } from './session-routes.ts';
import { signInRoutes } from './sign-in-routes.ts';
import { adminUsageRoutes, usageRoutes } from './usage-routes.ts';

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

/** Strangers can cause this line of the log. */
const DROPPED_UPGRADE_INTERVAL_MS = 60_000;
const DROPPED_UPGRADE =
  'a proxy passes WebSockets on without their Upgrade and Connection headers: calls through it begin late, and go over plain requests';

export interface AppOptions {
  /** Mounts what the rooms of the relay answer. */
  readonly mount: (app: Hono<{ Bindings: HttpBindings }>) => void;
  readonly dialect?: Dialect | undefined;
  readonly limiter: Pick<Limiter, 'take'>;
  readonly polls: Pick<Polls, 'isOfPoll'>;
  readonly config: Pick<Config, 'allowedOrigins' | 'auth' | 'embedOrigins' | 'publicUrl'>;
  readonly hosts: OwnHosts;
  readonly proxies: TrustedProxies;
  /** Folder of the built page. */
  readonly pageRoot: string;
  readonly logger: Logger;
  readonly refusals: RefusalLog;
  /** undefined: requests are not traced. */
  readonly traces: RequestTraces | undefined;
}

export interface Rooms {
  readonly signIn: SignIn;
  readonly sessions: SessionCreator;
  readonly registry: SessionRegistry;
  readonly polls: Polls;
  readonly storage: Storage;
  readonly terms: AccountTerms;
  readonly recordings: Recordings;
  readonly observers: CallObservers;
  readonly limiter: Limiter;
  readonly settings: RelaySettings;
  readonly health: () => object;
  readonly monitor: RelayMonitor;
  /** undefined: this relay is the only one. */
  readonly others?: OtherRelays | undefined;
  /** The stages that serve this person's calls. @throws ParleyError `plan_excludes` */
  readonly providersOf: (identity: Identity) => Stages;
  readonly config: Pick<
    Config,
    'adminToken' | 'allowedOrigins' | 'auth' | 'log' | 'metrics' | 'publicUrl'
  >;
  /** undefined: pages report nothing. */
  readonly pageReports: PageReports | undefined;
  readonly proxies: TrustedProxies;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The relay's HTTP side: what holds for every request, around what the rooms answer, and the page.
 * The WebSocket is upgraded beside it, see `realtime.ts`.
 */
export function createApp(options: AppOptions): RequestHandler {
  const { mount, dialect, limiter, polls, config, hosts, proxies, pageRoot } = options;
  const { logger, refusals, traces } = options;
  const app = new Hono<{ Bindings: HttpBindings }>();

  app.use(identifyRequests(traces));
  app.use(logRefusals(logger, refusals, proxies, traces));
  if (dialect !== undefined) app.use(dialect.paths, errorsAs(dialect));
  app.use(securityHeaders(signInOrigins(config.auth), config.embedOrigins));
  app.use((c, next) => {
    const { incoming } = c.env;
    // Counted by this relay alone, and so at once.
    if (!polls.isOfPoll(incoming)) {
      void limiter.take('address-requests', proxies.clientAddress(incoming));
    }
    return next();
  });
  app.use(ownHostsOnly(hosts));
  app.use(secureTransport(config.publicUrl, proxies));
  const dialectPaths = dialect === undefined ? [] : [dialect.paths];
  for (const path of ['/api/*', ...HEALTH_PATHS, ...dialectPaths]) {
    app.use(
      path,
      (c, next) => {
        c.header('Cache-Control', 'no-store');
        return next();
      },
      allowedPagesOnly(
        config.allowedOrigins,
        (request) => ownOrigins(request, config.allowedOrigins, proxies),
        // Foreign libraries say much of themselves in headers.
        path === dialect?.paths ? [] : undefined,
      ),
      boundedBodies(dialect?.maxBodyBytes),
    );
  }
  mount(app);
  if (dialect !== undefined) app.route('/', dialect.routes);
  for (const path of ['/api/*', ...dialectPaths]) app.all(path, (c) => problem(c, 'not_found'));
  app.use(readBeforeSending());
  app.route('/', page(pageRoot, basePathOf(config.publicUrl), config.embedOrigins.length > 0));
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

/** Mounts what each room of the relay answers. */
export function mountRooms(app: Hono<{ Bindings: HttpBindings }>, rooms: Rooms): void {
  const { signIn, sessions, storage, limiter, settings, config, proxies } = rooms;
  app.get(API_PATHS.health, (c) => c.json(rooms.health()));

  const signOut = (identity: Identity) => {
    signIn.signOut(identity);
    sessions.endAll(identity.userId, 'signedOut');
  };
  app.route('/', signInRoutes({ ...rooms, signOut }));
  app.route('/', sessionRoutes({ ...rooms, config }));
  app.route('/', pollRoutes(rooms.polls));
  for (const path of [API_PATHS.realtime, LOG_PATHS.tail]) app.get(path, upgradeOnly(rooms));
  const { pageReports: reports } = rooms;
  if (reports !== undefined) app.route('/', reportRoutes({ reports, limiter, proxies }));

  const accounts = { ...rooms, authenticator: signIn, signOut };
  app.route(API_PATHS.me, meRoutes(accounts));
  app.route(API_PATHS.conversations, conversationRoutes(accounts));
  app.route(API_PATHS.usage, usageRoutes(accounts));

  const admin = adminOnly({ token: config.adminToken, signIn, limiter, proxies });
  const access = operatorAccess({ admin, config });
  app.route('/', monitoringRoutes({ ...rooms, access, admin }));
  app.route('/', operationRoutes({ ...rooms, admin }));
  app.route(API_PATHS.adminUsage, adminUsageRoutes(admin, storage));
  app.route(API_PATHS.adminSettings, adminSettings(admin, settings));
  app.route(LOG_PATHS.level, adminLogs(admin, settings));
}

function errorsAs({ errorBody }: Dialect): MiddlewareHandler {
  return (c, next) => {
    c.set('errorBody', errorBody);
    return next();
  };
}

/** Refuses longer bodies than there is a use for. */
function boundedBodies(ofDialect: Dialect['maxBodyBytes'] = {}): MiddlewareHandler {
  const upTo = (maxSize: number) =>
    bodyLimit({ maxSize, onError: (c) => problem(c, 'payload_too_large') });
  const longer = new Map<string, MiddlewareHandler>([
    [API_PATHS.reports, upTo(MAX_REPORT_BYTES)],
    [API_PATHS.pollUp, upTo(MAX_TAKEN_BATCH_BYTES)],
    ...Object.entries(ofDialect).map(([path, bytes]) => [path, upTo(bytes)] as const),
  ]);
  const ofOthers = upTo(MAX_BODY_BYTES);
  return (c, next) => (longer.get(c.req.path) ?? ofOthers)(c, next);
}

/**
 * Answers requests at the place of a WebSocket. One with a key of a handshake was meant to become
 * one: a proxy on the way has left out what asks for it (nginx does unless it is told otherwise). Its
 * ticket is taken back, or a caller who tries a few times would have too many.
 */
function upgradeOnly({
  sessions,
  clock,
  logger,
}: Rooms): MiddlewareHandler<{ Bindings: HttpBindings }> {
  let warnedAtMs = Number.NEGATIVE_INFINITY;
  return async (c) => {
    const { headers, socket } = c.env.incoming;
    const { upgrade, connection, host } = headers;
    if (headers['sec-websocket-key'] !== undefined) {
      const ticket = credential(offeredProtocols(headers), TICKET_SUBPROTOCOL_PREFIX);
      if (ticket !== undefined) sessions.takeBack(ticket);
      if (clock.now() - warnedAtMs >= DROPPED_UPGRADE_INTERVAL_MS) {
        warnedAtMs = clock.now();
        const peer = socket.remoteAddress;
        logger.warn({ peer, ...addresseeOf({ host }), upgrade, connection }, DROPPED_UPGRADE);
      }
    }
    // RFC 9110 §15.5.22
    c.header('Upgrade', 'websocket');
    c.header('Connection', 'Upgrade, close');
    return problem(c, 'upgrade_required');
  };
}

/** Where the page signs people in, beside the relay. */
function signInOrigins({ supabase, accounts, clientId }: Config['auth']): readonly string[] {
  if (supabase !== undefined) return [new URL(supabase.url).origin];
  if (accounts === undefined || clientId === undefined) return [];
  return [new URL(accounts.issuer).origin];
}

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
function reportRoutes(options: ReportRoutesOptions): Hono<{ Bindings: HttpBindings }> {
  const { reports, limiter, proxies } = options;
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.post(API_PATHS.reports, async (c) => {
    await limiter.take('address-reports', proxies.clientAddress(c.env.incoming));
    await reports.forward(await c.req.text());
    return c.body(null, 204);
  });
  return app;
}
