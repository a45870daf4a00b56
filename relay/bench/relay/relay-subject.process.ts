import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLogger } from '../../src/lib/logger.ts';
import { Problems } from '../../src/lib/problems.ts';
import { createFailoverStages } from '../../src/stages/failover/failover-stages.ts';
import { DEFAULT_POLICY } from '../../src/stages/failover/policy.ts';
import type { Generator } from '../../src/stages/generator.ts';
import type { Synthesizer } from '../../src/stages/synthesizer.ts';
import { readConfiguration } from '../../src/registry/configuration.ts';
import { providerPrices } from '../../src/registry/provider-prices.ts';
import { openStorage } from '../../src/storage/open-storage.ts';
import { startRelay } from '../../src/app.ts';
import { serve } from '../process/serve.ts';
import { UNLIMITED } from '../process/unlimited.ts';
import { startProfile, stopProfile } from './cpu-profile.ts';
import { hasNativeMasking } from './native-masking.ts';
import { SocketTranscriber } from './socket-transcriber.ts';
import { fullLog, quietLog } from './subject-log.ts';
import { novaTranscribers } from './nova-transcribers.ts';
import { usage, type SubjectHandlers } from './subject.ts';

/** Hardly anything that is said here is answered: those who begin amid an utterance, by one word. */
const generator: Generator = {
  name: 'brief',
  async *generate() {
    yield { type: 'text-delta', text: 'Yes.' };
  },
};
const synthesizer: Synthesizer = {
  name: 'brief',
  sampleRateHz: 16_000,
  voices: [{ id: 'brief', label: 'Brief' }],
  async *synthesize(clauses) {
    let clause = 0;
    for await (const _ of clauses) {
      yield { type: 'clause-begun', clause };
      yield { type: 'speech-audio', clause, samples: new Int16Array(1_600) };
      yield { type: 'clause-done', clause: clause++ };
    }
  },
};

/** The relay as it is: sign-in, tickets, sessions, inbox, acknowledgements, conversation. */
const handlers = {
  async open({
    upstream,
    provider,
    sessions,
    keepsAccounts,
    isMeasured,
    metricsToken,
    hasLog,
    telemetry,
  }) {
    // With a second one behind the first, as in a relay that is meant to stay up.
    const transcribers =
      provider === undefined
        ? [new SocketTranscriber(upstream.url), new SocketTranscriber(upstream.url)]
        : novaTranscribers(upstream);
    const problems = new Problems(systemClock);
    const folder = temporaryFolder();
    const { logger, tap } = hasLog ? fullLog(folder, problems) : quietLog(problems);
    const configuration = readConfiguration({
      PORT: '0',
      AUTH_SECRET: randomBytes(32).toString('hex'),
      ...UNLIMITED,
      MAX_SESSIONS: String(sessions + 10),
      // Only what keeps accounts or is measured touches it.
      DATA_DIR: folder,
      STORAGE: keepsAccounts ? 'on' : 'off',
      ENABLE_METRICS: isMeasured ? 'on' : 'off',
      METRICS_TOKEN: metricsToken,
      ...(telemetry && {
        OTEL_EXPORTER_OTLP_ENDPOINT: telemetry.otlpUrl,
        SENTRY_DSN: telemetry.sentryDsn,
        ADMIN_TOKEN: telemetry.adminToken,
      }),
    });
    const { config } = configuration;
    const storage = openStorage({
      config: config.storage,
      dataDir: config.dataDir,
      clock: systemClock,
      logger,
      problems,
    });
    const relay = await startRelay({
      config,
      storage,
      ...(keepsAccounts && { money: providerPrices(configuration) }),
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
      logger,
      logTap: tap,
      clock: systemClock,
      problems,
    });
    storage.begin();
    return { url: relay.url, isNative: hasNativeMasking() };
  },
  usage,
  startProfile,
  stopProfile,
} satisfies SubjectHandlers;

/** Gone with this process. */
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

serve(handlers);
