import { randomBytes } from 'node:crypto';
import { readConfig } from '../../src/config/config.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { startRelay } from '../../src/relay.ts';
import { serve } from '../process/serve.ts';
import { startProfile, stopProfile } from './cpu-profile.ts';
import { silentProviders } from './silent-providers.ts';
import { hasNativeMasking } from './native-masking.ts';
import { SocketTranscriber } from './socket-transcriber.ts';
import { usageOf, type SubjectHandlers } from './subject.ts';

let transcriber: SocketTranscriber | undefined;

/** The relay as it is: sign-in, tickets, sessions, inbox, acknowledgements, conversation. */
const handlers = {
  async open({ upstreamUrl, sessions }) {
    transcriber = new SocketTranscriber(upstreamUrl);
    const relay = await startRelay({
      config: readConfig({
        PORT: '0',
        // Nothing is kept: with a secret given, the data folder is not touched.
        AUTH_SECRET: randomBytes(32).toString('hex'),
        MAX_SESSIONS: String(sessions + 10),
        // Everyone speaks through all rounds without drawing breath.
        UTTERANCE_S: '600',
      }),
      providers: { transcriber, ...silentProviders },
      version: 'bench',
      pageRoot: new URL('no-page', import.meta.url).pathname,
      logger: createLogger('warn'),
    });
    return { url: relay.url, isNative: hasNativeMasking() };
  },
  usage: () => usageOf(transcriber?.forwarded ?? 0),
  startProfile,
  stopProfile,
} satisfies SubjectHandlers;

serve(handlers);
