import { join } from 'node:path';
import { accountTerms } from './people/accounts/account-terms.ts';
import { keepingOf } from './people/accounts/keeping.ts';
import { openMoney } from './people/accounts/money.ts';
import { openSettings } from './people/accounts/open-settings.ts';
import { ProviderChoice } from './people/accounts/provider-choice.ts';
import { sessionRules } from './people/accounts/session-rules.ts';
import { OwnHosts } from './people/auth/own-hosts.ts';
import { SignIn } from './people/auth/sign-in.ts';
import type { Config } from './base/config/config.ts';
import { listen } from './http/listen.ts';
import { createApp } from './http/routes.ts';
import { acceptRealtime } from './http/realtime.ts';
import { connectionsFor, createHttpServer } from './http/server.ts';
import { TlsFiles } from './http/tls-files.ts';
import { TrustedProxies } from './http/trusted-proxies.ts';
import { OVER } from './base/lib/deadline.ts';
import type { Clock } from './base/lib/clock.ts';
import { RefusalLog } from './base/lib/refusal-log.ts';
import { FailedAudio } from './watching/logs/failed-audio.ts';
import { callsWithin, openFileLimit } from './base/lib/descriptors.ts';
import type { Logger } from './base/lib/logger.ts';
import type { Log } from './base/lib/open-log.ts';
import { Limiter } from './people/limits/limiter.ts';
import type { Problems } from './base/lib/problems.ts';
import type { LedgerSink } from './people/metering/ledger.ts';
import type { PriceList } from './people/metering/price-list.ts';
import type { ProviderInUse } from './people/metering/turn-estimate.ts';
import type { Stages } from './call/stages/stages.ts';
import { NO_STORAGE } from './keeping/storage/no-storage.ts';
import type { Storage } from './keeping/storage/storage.ts';
import { Admission } from './call/session/admission.ts';
import { choicesOf } from './call/session/session-settings.ts';
import { SessionCreator } from './call/session/session-creator.ts';
import { SessionRegistry } from './call/session/session-registry.ts';
import { openExporters } from './watching/exporters/open-exporters.ts';
import { CallObservers, type CallObserver } from './call/events/call-observers.ts';
import type { ConversationOptions } from './call/turn/conversation-options.ts';
import { Watchdog } from './call/turn/watchdog.ts';
import { Observation } from './watching/monitoring/observation.ts';
import { openMonitor } from './watching/monitoring/open-monitor.ts';
import type { ServiceUrls } from './watching/monitoring/services.ts';

export interface RelayOptions extends Pick<ConversationOptions, 'turnModel'> {
  readonly config: Config;
  readonly providers: Stages;
  /** What providers cost; without it money is not counted. */
  readonly money?: {
    readonly prices: PriceList;
    readonly inUse: readonly ProviderInUse[];
    /** In place of the storage. */
    readonly ledger?: LedgerSink;
  };
  readonly version: string;
  /** Folder of the built page. */
  readonly pageRoot: string;
  /** Learn of all that happens in calls, beside the relay's own; they remain the caller's. */
  readonly observers?: readonly CallObserver[];
  /** Names of the providers that cost money; by default none does. */
  readonly paid?: ReadonlySet<string>;
  /** Where providers are that are reached over a network. */
  readonly serviceUrls?: ServiceUrls;
  /** What is kept; nothing by default. */
  readonly storage?: Storage;
  /** Refusals of one client that are logged in a minute; by default ten. */
  readonly loggedRefusals?: number;
  readonly logger: Logger;
  /** What `logger` writes to, for administrators who follow it; without it they cannot. */
  readonly logTap?: Log['tap'];
  readonly clock: Clock;
  /** Begun once it listens; until it is over, `/health` says `starting`. */
  readonly warmUp?: (signal: AbortSignal) => Promise<unknown>;
  /** What is wrong with the relay itself; `/health` shows it. */
  readonly problems: Problems;
}

export interface Relay {
  /** Where it listens, e.g. `http://127.0.0.1:8787`. */
  readonly url: string;
  /** Lets what is being said be finished within `graceMs`, then closes everything. */
  stop(graceMs: number): Promise<void>;
}

/**
 * Puts the relay together and listens.
 *
 * The providers remain the caller's: they outlive the relay and are released after it.
 */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const { config, providers, storage = NO_STORAGE, logger, problems, clock } = options;
  let isDraining = false;
  let isWarm = options.warmUp === undefined;
  const stopping = new AbortController();

  const signIn = await SignIn.open({ config, clock, logger, problems });
  const tls =
    config.auth.tls && (await TlsFiles.open(config.auth.tls, { clock, logger, problems }));
  // Even if none are kept now: those of an earlier run must not stay for ever.
  const failedAudio = new FailedAudio({
    dir: join(config.dataDir, 'failed-audio'),
    ...config.failedAudio,
    clock,
    logger,
    problems,
  });
  const keeping = keepingOf({ config, storage, clock, logger, problems });
  const settings = openSettings(options);
  const showsTexts = keeping.terms.transcripts === 'on';
  const observation = new Observation({ config, showsTexts, logger });
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
      maxUtteranceMs: config.limits.utterance_ms,
      caps: () => settings.policy,
      spentSince: (fromMs) => storage.admin.spentSince(fromMs),
      clock,
      logger,
      problems,
    }));
  if (money !== undefined) providers.onOwnUse((use) => money.spending.usedByRelay(use));
  const exporters = await openExporters(options);
  const observing = [
    ...exporters.observers,
    ...(config.failedAudio === undefined ? [] : [failedAudio]),
    ...keeping.observers,
    ...(money === undefined ? [] : [money.spending]),
    ...observation.observers,
    ...(options.observers ?? []),
  ];
  const observers = new CallObservers(observing, { logger });
  const choice = new ProviderChoice({ providers, paid: options.paid ?? new Set(), settings });
  const limiter = new Limiter({ clock, policy: () => settings.policy });
  const admission = new Admission({ clock, problems, logger });
  const files = openFileLimit();
  const capacity = () => {
    const { sessions, sessionsForAccounts } = settings.policy.instance;
    return { sessions: Math.min(sessions, callsWithin(files)), sessionsForAccounts };
  };
  if (capacity().sessions < settings.policy.instance.sessions) {
    problems.report('few_descriptors');
    logger.warn({ files, sessions: capacity().sessions }, 'this process may open too few files');
  }
  const registry = new SessionRegistry({
    clock,
    capacity,
    maxReplayBytes: config.maxReplayBytes,
    logger,
  });
  const sessions = new SessionCreator({
    context: {
      policy: config.providers,
      turnModel: options.turnModel,
      languages: config.providers,
      limits: config.limits,
      rules: sessionRules(settings, limiter),
      recordings: keeping.newRecordings,
      watchdog: new Watchdog({ clock }),
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
    limiter,
    planOf: (name) => settings.policy.planOf(name),
    providersOf: (plan) => choice.of(plan),
    isDraining: () => isDraining || settings.isDraining,
    logger,
    traces: exporters.traces,
  });
  const monitor = openMonitor({
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
    isDraining: () => isDraining || settings.isDraining,
    clock,
    logger,
  });
  const refusals = new RefusalLog({ logger, clock, maxOfOne: options.loggedRefusals ?? 10 });
  const hosts = new OwnHosts(config.hostNames);
  const proxies = new TrustedProxies(config.auth.trustedProxies);
  const app = createApp({
    signIn,
    sessions,
    registry,
    storage,
    terms: accountTerms(() => settings.policy, money?.budgets, keeping.terms),
    recordings: keeping.recordings,
    limiter,
    settings,
    observers,
    clock,
    health: () => ({
      status: isDraining || settings.isDraining ? 'draining' : isWarm ? 'ok' : 'starting',
      version: options.version,
      ...monitor.quickHealth(),
      ...choicesOf({ providers: choice.all, languages: config.providers }),
    }),
    monitor,
    providersOf: ({ plan }) => choice.of(settings.policy.planOf(plan)),
    config,
    pageReports: exporters.pageReports,
    hosts,
    proxies,
    pageRoot: options.pageRoot,
    logger,
    refusals,
    traces: exporters.requestTraces,
  });

  const maxConnections = () => connectionsFor(capacity().sessions);
  const server = createHttpServer(app, {
    logger,
    refusals,
    maxConnections: maxConnections(),
    tls,
    maxOfAddress: (address) =>
      proxies.has(address) ? Infinity : settings.policy.addresses.connections,
  });
  settings.onChange(() => {
    server.maxConnections = maxConnections();
    sessions.setLogLevel(settings.logLevel);
  });
  const access = { token: config.adminToken, signIn, limiter, proxies };
  const stopRealtime = acceptRealtime(server, {
    logs: options.logTap && { tap: options.logTap, access, clock, logger },
    sessions,
    registry,
    allowedOrigins: config.allowedOrigins,
    hosts,
    proxies,
    logger,
    refusals,
    traces: exporters.requestTraces,
  });
  let url: string;
  try {
    url = await listen(server, config, logger);
  } catch (error) {
    for (const part of [admission, monitor, refusals, tls]) part?.[Symbol.dispose]();
    registry.closeAll('draining');
    await failedAudio[Symbol.asyncDispose]();
    await money?.[Symbol.asyncDispose]();
    await exporters[Symbol.asyncDispose]();
    throw error;
  }
  keeping.newRecordings?.begin();
  void signIn.begin();
  void (options.warmUp?.(stopping.signal) ?? Promise.resolve())
    .catch((err: unknown) => logger.warn({ err }, 'the warm-up failed'))
    .finally(() => {
      isWarm = true;
      admission.begin();
    });

  return {
    url,
    async stop(graceMs) {
      isDraining = true;
      stopping.abort(OVER);
      admission[Symbol.dispose]();
      await registry.drain(graceMs);
      monitor[Symbol.dispose]();
      stopRealtime();
      tls?.[Symbol.dispose]();
      refusals[Symbol.dispose]();
      await failedAudio[Symbol.asyncDispose]();
      await keeping.recordings[Symbol.asyncDispose]();
      await signIn[Symbol.asyncDispose]();
      await money?.[Symbol.asyncDispose]();
      await observation[Symbol.asyncDispose]();
      await exporters[Symbol.asyncDispose]();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        // Idle keep-alive connections would hold `close` up.
        server.closeAllConnections();
      });
    },
  };
}
