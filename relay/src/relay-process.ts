import type { Config } from './base/config/config.ts';
import { startRelay, type RelayOptions } from './app.ts';
import { systemClock, type Clock } from './base/lib/clock.ts';
import { withDeadline } from './base/lib/deadline.ts';
import type { Logger } from './base/lib/logger.ts';
import { openLog, type Log } from './base/lib/open-log.ts';
import { Problems } from './base/lib/problems.ts';
import { Supervisor } from './base/lib/supervisor.ts';
import { UncaughtErrors } from './base/lib/uncaught-errors.ts';
import { warmUp } from './call/session/warm-up.ts';
import type { Stages } from './call/stages/stages.ts';
import type { TurnModel } from './call/stages/turn-model.ts';
import { lockDataFolder } from './keeping/storage/data-lock.ts';
import { openStorage } from './keeping/storage/open-storage.ts';
import { STAGES } from '@parley/shared';
import { offeredLanguages } from './call/stages/languages.ts';
import { DEFAULT_PLAN, GUEST_PLAN } from './people/auth/identity.ts';
import type { Policy } from './people/limits/policy.ts';
import type { Storage } from './keeping/storage/storage.ts';

interface StartedParts {
  readonly url: string;
  readonly version: string;
  readonly config: Config;
  readonly providers: Stages;
  readonly storage: Pick<Storage, 'state'>;
  readonly policy: Policy;
}

/** How long the rest of a stop may take after the grace for what is being said. */
const RELEASE_MS = 5_000;
const MICRO_PER_USD = 1_000_000;
/** How long a process that ends may take to write the rest of its log. */
const FLUSH_MS = 1_000;

export interface RelayProcessOptions extends Pick<
  RelayOptions,
  'version' | 'pageRoot' | 'observers' | 'money' | 'paid' | 'serviceUrls'
> {
  readonly config: Config;
  /** Released when the relay has stopped. */
  readonly turnModel?: (TurnModel & AsyncDisposable) | undefined;
  readonly openProviders: (parts: {
    readonly clock: Clock;
    readonly logger: Logger;
  }) => Promise<Stages & AsyncDisposable>;
}

/**
 * Runs a relay as this process: with its log, until a signal ends it.
 *
 * @returns where it listens
 * @throws Error if it cannot start
 */
export async function runRelay(options: RelayProcessOptions): Promise<{ readonly url: string }> {
  const { config } = options;
  const clock = systemClock;
  const problems = new Problems(clock);
  const log = await openLog({ level: config.logLevel, file: config.log.file, clock, problems });
  const { logger } = log;
  const uncaught = new UncaughtErrors({ logger, clock, problems });
  // The output for people may have no reader any more, or a full disk: calls go on.
  process.stdout.on('error', (err) => logger.debug({ err }, 'standard output cannot be written'));
  const lock = config.storage.isOn ? await lockDataFolder(config.dataDir, clock) : undefined;
  try {
    const storage = openStorage({
      config: config.storage,
      dataDir: config.dataDir,
      clock,
      logger,
      problems,
    });
    const providers = await options.openProviders({ clock, logger });
    const relay = await startRelay({
      ...options,
      storage,
      providers,
      logger,
      logTap: log.tap,
      clock,
      problems,
      // One after the other: the database has time, the first caller has not.
      warmUp: (signal) => warmUp({ clock, config, signal }).finally(() => storage.begin()),
    }).catch(async (error: unknown) => {
      await providers[Symbol.asyncDispose]();
      await storage[Symbol.asyncDispose]();
      throw error;
    });
    const { url, policy } = relay;
    logStart(logger, { ...options, url, policy, providers, storage });
    const supervisor = new Supervisor({ environment: process.env, clock, logger });
    supervisor.ready();
    stopAtSignals(log, config.shutdownGraceMs + RELEASE_MS, async () => {
      supervisor.stopping();
      await relay.stop(config.shutdownGraceMs);
      await providers[Symbol.asyncDispose]();
      await options.turnModel?.[Symbol.asyncDispose]();
      await storage[Symbol.asyncDispose]();
      lock?.[Symbol.dispose]();
      supervisor[Symbol.dispose]();
    });
    return { url: relay.url };
  } catch (error) {
    lock?.[Symbol.dispose]();
    uncaught[Symbol.dispose]();
    await log.flush(FLUSH_MS);
    throw error;
  }
}

/** Ends the process at the first signal, in order and within `deadlineMs`; at the second at once. */
function stopAtSignals({ logger, flush }: Log, deadlineMs: number, stop: () => Promise<void>) {
  let isStopping = false;
  const onSignal = async (signal: NodeJS.Signals) => {
    // The operator does not want to wait.
    if (isStopping) process.exit(1);
    isStopping = true;
    logger.info({ signal }, 'stopping');
    try {
      await withDeadline(stop(), deadlineMs, systemClock, () => new Error('It takes too long.'));
      await flush(FLUSH_MS);
      process.exit(0);
    } catch (err) {
      logger.error({ err }, 'stopping failed');
      await flush(FLUSH_MS);
      // Not by `process.exit`, which waits for threads: one of them may be stuck.
      process.kill(process.pid, 'SIGKILL');
    }
  };
  // A terminal that is closed sends SIGHUP.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => void onSignal(signal));
  }
}

/** One line of what was started and with what, without secrets: the first to read of a relay. */
function logStart(logger: Logger, parts: StartedParts): void {
  const { url, version, config, providers, storage, policy } = parts;
  const { auth, limitSettings, metrics } = config;
  const database = config.storage.databaseUrl === undefined ? 'embedded' : 'postgres';
  const services = providers.services();
  const languages = offeredLanguages(providers.languages, config.providers);
  const { language } = config.providers;
  logger.info(
    {
      url,
      version,
      node: process.version,
      providers: Object.fromEntries(STAGES.map((stage) => [stage, providers.ladder.order(stage)])),
      languages,
      services: services.length,
      healthIntervalS: config.providers.healthIntervalMs / 1_000,
      storage: storage.state === 'off' ? 'off' : database,
      transcripts: config.storage.transcripts,
      guests: auth.allowsGuests,
      accounts: limitSettings.hasAccounts,
      tls: auth.tls !== undefined,
      maxSessions: limitSettings.maxSessions,
      ...budgetsOf(policy),
      metrics: metrics.isOn,
    },
    `[START] listening; ${services.length} services are tracked`,
  );
  if (providers.ladder.order('generator')[0] === 'embedded') {
    logger.info(
      'no language model is set up: docs/providers.md says how open questions are answered',
    );
  }
  if (languages[0] !== language) {
    logger.warn(
      { language, instead: languages[0] },
      'LANGUAGE is not known by a provider of each stage',
    );
  }
}

/** The budgets that hold, whether they were set or not. */
function budgetsOf({ instance, planOf }: Policy): object {
  const usd = (micro: number) => (Number.isFinite(micro) ? micro / MICRO_PER_USD : 'unlimited');
  const ofPlan = (name: string) => {
    const { sessionMicroUsd, dayMicroUsd } = planOf(name).budgets;
    return { session: usd(sessionMicroUsd), day: usd(dayMicroUsd) };
  };
  return {
    budgetDayUsd: usd(instance.dayMicroUsd),
    budgetGuestsDayUsd: usd(instance.guestsDayMicroUsd),
    budgetGuestUsd: ofPlan(GUEST_PLAN),
    budgetAccountUsd: ofPlan(DEFAULT_PLAN),
  };
}
