import { join } from 'node:path';
import type { LogLevel } from '@parley/shared';
import type { Config } from '../../base/config/config.ts';
import type { Logger } from '../../base/lib/logger.ts';
import { callsWithin } from '../../base/lib/descriptors.ts';
import type { Problems } from '../../base/lib/problems.ts';
import type { Capacity } from '../../call/session/session-registry.ts';
import { readPolicy } from '../limits/read-policy.ts';
import { RelaySettings } from '../limits/relay-settings.ts';
import type { Stages } from '../../call/stages/stages.ts';

export interface OpenSettingsOptions {
  readonly config: Config;
  readonly providers: Pick<Stages, 'ladder'>;
  readonly problems: Problems;
  readonly logger: Logger;
}

/** The settings that may be changed at run time; those that were changed before hold already. */
export function openSettings(options: OpenSettingsOptions): RelaySettings {
  const { config, providers, problems, logger } = options;
  const { ladder } = providers;
  const settings = new RelaySettings({
    start: {
      limits: readPolicy(config),
      providers: {
        transcriber: ladder.order('transcriber'),
        generator: ladder.order('generator'),
        synthesizer: ladder.order('synthesizer'),
      },
      logLevel: logger.level as LogLevel,
    },
    path: join(config.dataDir, 'settings.json'),
    problems,
    logger,
  });
  const setLevel = () => {
    logger.level = settings.logLevel;
  };
  setLevel();
  settings.onChange(setLevel);
  return settings;
}

/** How many calls there may be at a time: fewer than the settings say if descriptors are few. */
export function capacityWithin(
  files: number,
  settings: RelaySettings,
  { problems, logger }: Pick<OpenSettingsOptions, 'problems' | 'logger'>,
): () => Capacity {
  const capacity = () => {
    const { sessions, sessionsForAccounts } = settings.policy.instance;
    return { sessions: Math.min(sessions, callsWithin(files)), sessionsForAccounts };
  };
  const { sessions } = capacity();
  if (sessions < settings.policy.instance.sessions) {
    problems.report('few_descriptors');
    logger.warn({ files, sessions }, 'this process may open too few files');
  }
  return capacity;
}
