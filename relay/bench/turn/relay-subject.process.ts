import { randomBytes } from 'node:crypto';
import { readConfig } from '../../src/config/config.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { startRelay } from '../../src/relay.ts';
import { serve } from '../process/serve.ts';
import { timedProviders, type ProviderDelays } from './timed-providers.ts';

const handlers = {
  async open({ delays, sessions }: { delays: ProviderDelays; sessions: number }) {
    const relay = await startRelay({
      config: readConfig({
        PORT: '0',
        // Nothing is kept: with a secret given, the data folder is not touched.
        AUTH_SECRET: randomBytes(32).toString('hex'),
        MAX_SESSIONS: String(sessions),
      }),
      providers: timedProviders(delays),
      version: 'bench',
      pageRoot: new URL('no-page', import.meta.url).pathname,
      logger: createLogger('warn'),
    });
    return { url: relay.url };
  },
};
export type TurnSubjectHandlers = typeof handlers;

serve(handlers);
