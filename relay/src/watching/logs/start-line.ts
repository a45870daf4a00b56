import { STAGES } from '@parley/shared';
import type { Config } from '../../base/config/config.ts';
import type { Logger } from '../../base/lib/logger.ts';
import { offeredLanguages } from '../../call/stages/languages.ts';
import type { Stages } from '../../call/stages/stages.ts';
import type { Storage } from '../../keeping/storage/storage.ts';

export interface StartedParts {
  readonly url: string;
  readonly version: string;
  readonly config: Config;
  readonly providers: Stages;
  readonly storage: Pick<Storage, 'state'>;
}

/** One line of what was started and with what, without secrets: the first to read of a relay. */
export function logStart(logger: Logger, parts: StartedParts): void {
  const { url, version, config, providers, storage } = parts;
  const { auth, limitSettings, metrics, money } = config;
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
      budgetDayUsd: money.budgets.day ?? null,
      metrics: metrics.isOn,
    },
    `[START] listening; ${services.length} services are tracked`,
  );
  if (languages[0] !== language) {
    logger.warn(
      { language, instead: languages[0] },
      'LANGUAGE is not known by a provider of each stage',
    );
  }
}
