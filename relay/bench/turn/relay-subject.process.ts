import { randomBytes } from 'node:crypto';
import { systemClock } from '../../src/base/lib/clock.ts';
import { openLog } from '../../src/base/lib/open-log.ts';
import { Problems } from '../../src/base/lib/problems.ts';
import { readConfiguration } from '../../src/providers/registry/configuration.ts';
import { openProviders } from '../../src/providers/registry/open-providers.ts';
import { warmUp } from '../../src/call/session/warm-up.ts';
import { startRelay } from '../../src/app.ts';
import { serve } from '../process/serve.ts';
import { UNLIMITED } from '../process/unlimited.ts';

const handlers = {
  async open({
    environment,
    sessions,
  }: {
    environment: Readonly<Record<string, string>>;
    sessions: number;
  }) {
    const configuration = readConfiguration({
      PORT: '0',
      // Nothing is kept: with a secret given, the data folder is not touched.
      AUTH_SECRET: randomBytes(32).toString('hex'),
      ...UNLIMITED,
      MAX_SESSIONS: String(sessions),
      TRANSCRIBERS: 'deepgram-nova',
      GENERATORS: 'compatible',
      SYNTHESIZERS: 'deepgram-aura',
      ...environment,
    });
    const problems = new Problems(systemClock);
    const { logger } = await openLog({ level: 'warn', clock: systemClock, problems });
    const { config } = configuration;
    const warm = Promise.withResolvers<unknown>();
    const relay = await startRelay({
      config,
      providers: await openProviders(configuration, { clock: systemClock, logger }),
      version: 'bench',
      pageRoot: new URL('no-page', import.meta.url).pathname,
      logger,
      clock: systemClock,
      problems,
      warmUp: async (signal) => warm.resolve(warmUp({ clock: systemClock, config, signal })),
    });
    await warm.promise;
    return { url: relay.url };
  },
  /** Processor time since the process began: unlike latency, the same on a busy machine. */
  cpuMs() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  },
};
export type TurnSubjectHandlers = typeof handlers;

serve(handlers);
