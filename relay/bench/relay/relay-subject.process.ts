import { randomBytes } from 'node:crypto';
import { readConfig } from '../../src/config/config.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { openLog, silentLogger } from '../../src/lib/logger.ts';
import { Problems } from '../../src/lib/problems.ts';
import { createFailoverStages } from '../../src/stages/failover/failover-stages.ts';
import { DEFAULT_POLICY } from '../../src/stages/failover/policy.ts';
import type { Generator } from '../../src/stages/generator.ts';
import type { Synthesizer } from '../../src/stages/synthesizer.ts';
import { startRelay } from '../../src/app.ts';
import { serve } from '../process/serve.ts';
import { startProfile, stopProfile } from './cpu-profile.ts';
import { hasNativeMasking } from './native-masking.ts';
import { SocketTranscriber } from './socket-transcriber.ts';
import { usageOf, type SubjectHandlers } from './subject.ts';

/** Nothing that is said here is ever answered. */
const generator: Generator = { name: 'silent', async *generate() {} };
const synthesizer: Synthesizer = {
  name: 'silent',
  sampleRateHz: 16_000,
  voices: [{ id: 'silent', label: 'Silent' }],
  async *synthesize() {},
};
let transcribers: readonly SocketTranscriber[] = [];

/** The relay as it is: sign-in, tickets, sessions, inbox, acknowledgements, conversation. */
const handlers = {
  async open({ upstreamUrl, sessions }) {
    transcribers = [new SocketTranscriber(upstreamUrl), new SocketTranscriber(upstreamUrl)];
    const problems = new Problems(systemClock);
    const relay = await startRelay({
      config: readConfig({
        PORT: '0',
        // Nothing is kept: with a secret given, the data folder is not touched.
        AUTH_SECRET: randomBytes(32).toString('hex'),
        MAX_SESSIONS: String(sessions + 10),
      }),
      // With a second one behind each stage, as in a relay that is meant to stay up.
      providers: createFailoverStages({
        transcribers,
        generators: [generator],
        synthesizers: [synthesizer],
        policy: DEFAULT_POLICY,
        clock: systemClock,
        logger: silentLogger,
      }),
      version: 'bench',
      pageRoot: new URL('no-page', import.meta.url).pathname,
      logger: openLog({ level: 'warn', clock: systemClock, problems }).logger,
      clock: systemClock,
      problems,
    });
    return { url: relay.url, isNative: hasNativeMasking() };
  },
  usage: () => usageOf(transcribers.reduce((sum, { forwarded }) => sum + forwarded, 0)),
  startProfile,
  stopProfile,
} satisfies SubjectHandlers;

serve(handlers);
