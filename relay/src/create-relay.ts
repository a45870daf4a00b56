import { fileURLToPath } from 'node:url';
import { startRelay, type Relay } from './app.ts';
import type { Environment } from './base/config/read-settings.ts';
import { systemClock } from './base/lib/clock.ts';
import { openLog } from './base/lib/open-log.ts';
import { Problems } from './base/lib/problems.ts';
import { FIXED_CLAUSES } from './call/turn/replying/phrases.ts';
import { readConfiguration } from './providers/registry/configuration.ts';
import { openProviders, type OwnProviders } from './providers/registry/open-providers.ts';
import relayPackage from '../package.json' with { type: 'json' };

export type { Relay } from './app.ts';
export type { Generator, GeneratorEvent } from './call/stages/generator/generator.ts';
export type { SpeechEvent, Synthesizer } from './call/stages/synthesizer/synthesizer.ts';
export type { TranscriptEvent, Transcriber } from './call/stages/transcriber/transcriber.ts';

const PAGE_ROOT = fileURLToPath(new URL('../../web/dist', import.meta.url));
/** The rest of a log, at the end. */
const FLUSH_MS = 1_000;

export interface CreateRelayOptions extends OwnProviders {
  /** As environment variables, e.g. `{ PORT: '9000' }`; by default those of the process. */
  readonly settings?: Environment;
}

/**
 * A relay put together in code: a stage that is given is done by that provider, every other as the
 * settings say, without keys by the keyless engines. The relay keeps nothing of what is said.
 *
 * @throws ConfigError if a setting is wrong, and the system's error if it cannot listen
 */
export async function createRelay(options: CreateRelayOptions = {}): Promise<Relay> {
  const { settings = process.env, ...own } = options;
  const configuration = readConfiguration({ ...settings, STORAGE: 'off' });
  const { config } = configuration;
  const clock = systemClock;
  const problems = new Problems(clock);
  const { logger, flush } = await openLog({ level: config.logLevel, clock, problems });
  const providers = await openProviders(configuration, {
    clock,
    logger,
    own,
    phrases: FIXED_CLAUSES,
  });
  try {
    const relay = await startRelay({
      config,
      providers,
      version: relayPackage.version,
      pageRoot: PAGE_ROOT,
      logger,
      clock,
      problems,
    });
    return {
      url: relay.url,
      async stop(graceMs) {
        await relay.stop(graceMs);
        await providers[Symbol.asyncDispose]();
        await flush(FLUSH_MS);
      },
    };
  } catch (error) {
    await providers[Symbol.asyncDispose]();
    throw error;
  }
}
