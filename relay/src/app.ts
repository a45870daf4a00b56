import type { Server } from 'node:http';
import { join } from 'node:path';
import { accountTerms, sessionRules } from './people/accounts/account-terms.ts';
import { keepingOf } from './people/accounts/keeping.ts';
import { openMoney } from './people/accounts/money.ts';
import { EarlierConversations } from './people/accounts/earlier-conversations.ts';
import { capacityWithin, openSettings } from './people/accounts/open-settings.ts';
import { ProviderChoice } from './people/accounts/provider-choice.ts';
import type { Identity } from './people/auth/identity.ts';
import { OwnHosts } from './people/auth/own-hosts.ts';
import { SignIn } from './people/auth/sign-in.ts';
import { openOpenAi } from './dialects/openai/open-openai.ts';
import { RealtimeSockets } from './dialects/openai/realtime-sockets.ts';
import { withPhones } from './dialects/twilio/phones.ts';
import { basePathOf } from './http/base-path.ts';
import { listen } from './http/listen.ts';
import { createApp, mountRooms } from './http/routes.ts';
import { Polls } from './http/polls.ts';
import { acceptRealtime } from './http/realtime.ts';
import { connectionsFor, createHttpServer } from './http/server.ts';
import { TlsFiles } from './http/tls-files.ts';
import { TrustedProxies } from './http/trusted-proxies.ts';
import { OVER } from './base/lib/deadline.ts';
import { RefusalLog } from './base/lib/refusal-log.ts';
import { joinReplicas, type JoinedReplicas } from './replicas/join-replicas.ts';
import { FailedAudio } from './watching/logs/failed-audio.ts';
import { OpusThread } from './base/lib/opus-thread.ts';
import { openFileLimit } from './base/lib/descriptors.ts';
import { Limiter } from './people/limits/limiter.ts';
import { NO_STORAGE } from './keeping/storage/no-storage.ts';
import { Admission } from './call/session/admission.ts';
import { choicesOf } from './call/session/session-settings.ts';
import { SessionCreator } from './call/session/session-creator.ts';
import { SessionRegistry } from './call/session/session-registry.ts';
import { openExporters } from './watching/exporters/open-exporters.ts';
import { CallObservers } from './call/events/call-observers.ts';
import { Watchdog } from './call/turn/watchdog.ts';
import { Observation } from './watching/monitoring/observation.ts';
import { openMonitor } from './watching/monitoring/open-monitor.ts';
import type { Relay, RelayOptions } from './relay-options.ts';

export type { Relay, RelayOptions } from './relay-options.ts';

/**
 * Puts the relay together and listens. Its parts are released in reverse, also if it cannot start.
 *
 * The providers remain the caller's: they outlive the relay and are released after it.
 */
export async function startRelay(
  options: RelayOptions,
): Promise<Relay & Pick<Base['settings'], 'policy'>> {
  const { config, logger } = options;
  await using parts = new AsyncDisposableStack();
  const state: RelayState = { isDraining: false, isWarm: options.warmUp === undefined };
  // Waited for last: clients may take seconds to close their sockets.
  let server: Server | undefined;
  parts.defer(() => server && closed(server));
  const base = await openBase(options, parts);
  let calls: Calls | undefined;
  const replicas = parts.use(
    await joinReplicas({ ...options, state, calls: () => calls, money: base.money }),
  );
  calls = openCalls(options, base, replicas, state, parts);
  await replicas?.begin({ ...base, ...calls });
  server = await openServer(options, base, calls, replicas, state, parts);
  const url = await listen(server, config, logger);

  base.keeping.newRecordings?.begin();
  void base.signIn.begin();
  const stopping = new AbortController();
  void (options.warmUp?.(stopping.signal) ?? Promise.resolve())
    .catch((err: unknown) => logger.warn({ err }, 'the warm-up failed'))
    .finally(() => {
      // V8 would keep what starting took. In a call, the pause of a tenth of a second would be heard.
      if (calls.registry.size === 0) globalThis.gc?.({ type: 'major', flavor: 'last-resort' });
      state.isWarm = true;
      calls.admission.begin();
    });
  const running = parts.move();
  return {
    url,
    /** With what administrators have changed. */
    policy: base.settings.policy,
    async stop(graceMs) {
      state.isDraining = true;
      stopping.abort(OVER);
      await replicas?.replicas.renew().catch(() => {});
      await calls.registry.drain(graceMs);
      await running.disposeAsync();
    },
  };
}

interface RelayState {
  isDraining: boolean;
  /** The warm-up is over. */
  isWarm: boolean;
}

type Base = Awaited<ReturnType<typeof openBase>>;
type Calls = ReturnType<typeof openCalls>;

/** People, money, what is kept, and the observers of calls. */
async function openBase(options: RelayOptions, parts: AsyncDisposableStack) {
  const { config, storage = NO_STORAGE, logger, problems, clock } = options;
  const opus = parts.use(new OpusThread());
  const signIn = parts.use(await SignIn.open({ config, clock, logger, problems }));
  const keeping = keepingOf({ config, storage, clock, logger, problems });
  parts.use(keeping.recordings);
  const settings = openSettings(options);
  const showsTexts = keeping.terms.transcripts === 'on';
  const observation = parts.use(new Observation({ config, showsTexts, logger }));
  const ledger = options.money?.ledger ?? {
    append: (entry) => storage.append({ type: 'ledger', id: entry.id, entry }),
  };
  const money =
    options.money &&
    (await openMoney({
      ...options.money,
      ledger: observation.counting(ledger),
      config: config.money,
      dataDir: config.dataDir,
      caps: () => settings.policy,
      spentSince: (fromMs) => storage.admin.spentSince(fromMs),
      clock,
      logger,
      problems,
    }));
  parts.use(money);
  if (money !== undefined) options.providers.onOwnUse((use) => money.spending.usedByRelay(use));
  // Even if none are kept now: those of an earlier run must not stay for ever.
  const failedAudio = parts.use(
    new FailedAudio({
      dir: join(config.dataDir, 'failed-audio'),
      ...config.failedAudio,
      opus,
      clock,
      logger,
      problems,
    }),
  );
  const exporters = parts.use(await openExporters(options));
  const observers = new CallObservers(
    [
      ...exporters.observers,
      ...(config.failedAudio === undefined ? [] : [failedAudio]),
      ...keeping.observers,
      ...(money === undefined ? [] : [money.spending]),
      ...observation.observers,
      ...(options.observers ?? []),
    ],
    { logger },
  );
  return { signIn, storage, keeping, settings, opus, observation, money, exporters, observers };
}

/** Calls, and the monitor that watches them. */
function openCalls(
  options: RelayOptions,
  { storage, keeping, settings, opus, observation, money, exporters, observers }: Base,
  replicas: JoinedReplicas,
  state: RelayState,
  parts: AsyncDisposableStack,
) {
  const { config, providers, logger, problems, clock } = options;
  const choice = new ProviderChoice({ providers, paid: options.paid ?? new Set(), settings });
  const limiter = new Limiter({ clock, policy: () => settings.policy, shared: replicas?.rates });
  const admission = parts.use(new Admission({ clock, problems, logger }));
  const capacity = capacityWithin(openFileLimit(), settings, options);
  const registry = parts.adopt(
    new SessionRegistry({
      clock,
      capacity,
      maxReplayBytes: config.maxReplayBytes,
      logger,
    }),
    (opened) => opened.closeAll('draining'),
  );
  const isDraining = () => state.isDraining || settings.isDraining;
  const earlier = new EarlierConversations({ storage, clock, logger });
  const sessions = new SessionCreator({
    context: {
      policy: config.providers,
      turnModel: options.turnModel,
      languages: config.providers,
      limits: config.limits,
      rules: sessionRules(settings, limiter),
      recordings: keeping.newRecordings,
      watchdog: new Watchdog({ clock }),
      opus,
      clock,
    },
    registry,
    admission: {
      get isOpen() {
        // Without calls there are none to protect: what was late had another reason.
        return admission.isOpen || registry.size === 0;
      },
    },
    observers,
    spending: money?.spending,
    ticketTtlMs: config.ticketTtlMs,
    tickets: replicas?.tickets,
    keeper: replicas?.snapshots,
    historyOf: ({ identity, conversationId }) =>
      earlier.load(identity, conversationId).then(({ history }) => history),
    limiter,
    planOf: (name) => settings.policy.planOf(name),
    providersOf: (plan) => choice.of(plan),
    isDraining,
    isClosed: () => isDraining() && replicas?.hasPeers() !== true,
    logger,
    traces: exporters.traces,
  });
  settings.onChange(() => sessions.setLogLevel(settings.logLevel));
  const monitor = parts.use(
    openMonitor({
      config,
      version: options.version,
      providers,
      inUse: () => choice.all,
      serviceUrls: options.serviceUrls ?? new Map(),
      registry,
      storage,
      settings,
      budgets: money?.budgets,
      problems,
      live: observation.live,
      telemetry: observation.telemetry,
      isDraining,
      clock,
      logger,
    }),
  );
  return { choice, limiter, admission, capacity, registry, isDraining, sessions, monitor };
}

/** What answers requests and takes WebSockets; it does not listen yet. */
async function openServer(
  options: RelayOptions,
  base: Base,
  calls: Calls,
  replicas: JoinedReplicas,
  state: RelayState,
  parts: AsyncDisposableStack,
): Promise<Server> {
  const { config, logger, clock, problems } = options;
  const { signIn, settings, exporters } = base;
  const { choice, limiter, sessions, registry, admission, monitor } = calls;
  const tls =
    config.auth.tls && (await TlsFiles.open(config.auth.tls, { clock, logger, problems }));
  parts.use(tls);
  const refusals = parts.use(
    new RefusalLog({ logger, clock, maxOfOne: options.loggedRefusals ?? 10 }),
  );
  const hosts = new OwnHosts(config.hostNames);
  const proxies = new TrustedProxies(config.auth.trustedProxies);
  const polls = parts.use(new Polls({ clock, replicas: replicas?.replicas }));
  const providersOf = ({ plan }: Identity) => choice.of(settings.policy.planOf(plan));
  const rooms = { ...base, ...calls, providersOf, proxies, config, clock, logger };
  const realtime = parts.use(new RealtimeSockets(rooms));
  const { dialect, sockets } = withPhones(openOpenAi(rooms, parts), rooms, realtime, parts);
  const app = createApp({
    mount: (root) =>
      mountRooms(root, {
        ...{ ...rooms, others: replicas?.others, polls },
        health: () => ({
          status: calls.isDraining() ? 'draining' : state.isWarm ? 'ok' : 'starting',
          version: options.version,
          ...monitor.quickHealth(),
          ...choicesOf({ providers: choice.all, languages: config.providers }),
        }),
        terms: accountTerms(() => settings.policy, base.money?.budgets, base.keeping.terms),
        recordings: base.keeping.recordings,
        pageReports: exporters.pageReports,
      }),
    dialect,
    limiter,
    polls,
    config,
    hosts,
    proxies,
    pageRoot: options.pageRoot,
    logger,
    refusals,
    traces: exporters.requestTraces,
  });
  const maxConnections = () => connectionsFor(calls.capacity().sessions);
  const server = createHttpServer(app, {
    logger,
    refusals,
    maxConnections: maxConnections(),
    basePath: basePathOf(config.publicUrl),
    tls,
    maxOfAddress: (address) =>
      proxies.has(address) || replicas?.replicas.isPeerAddress(address) === true
        ? Infinity
        : settings.policy.addresses.connections,
  });
  settings.onChange(() => {
    server.maxConnections = maxConnections();
  });
  const access = { token: config.adminToken, signIn, limiter, proxies };
  const stopRealtime = acceptRealtime(server, {
    ...{ sessions, registry, admission, hosts, proxies, logger, refusals },
    logs: options.logTap && { tap: options.logTap, others: replicas?.logs, access, clock, logger },
    allowedOrigins: config.allowedOrigins,
    publicUrl: config.publicUrl,
    traces: exporters.requestTraces,
    router: parts.use(replicas?.routerFor({ ...calls, signIn })),
    others: [realtime, ...sockets],
  });
  parts.defer(stopRealtime);
  polls.handshakes.on('upgrade', (...handshake) => server.emit('upgrade', ...handshake));
  return server;
}

/** Resolves when the server has closed; one that never listened is closed at once. */
function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    // Idle keep-alive connections would hold `close` up.
    server.closeAllConnections();
  });
}
