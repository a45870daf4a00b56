import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { API_PATHS } from '@parley/shared';
import { sleep, systemClock } from '../../src/base/lib/clock.ts';
import { BenchProcess } from '../process/bench-process.ts';
import { cleanEnvironment, nodeStartOf } from '../process/relay-folder.ts';
import { nodeOf } from '../../tools/node-of.mjs';
import { UNLIMITED } from '../process/unlimited.ts';
import type { RelayProbeHandlers } from './relay-probe.process.ts';
import type { UpstreamAddress } from './upstream.ts';

const PROBE = new URL('relay-probe.process.ts', import.meta.url);
/** Warm-up and database included. */
const WARM_DEADLINE_MS = 60_000;
const ASK_AGAIN_MS = 100;
const LOG_LINES_SHOWN = 5;

export interface RelaySubjectOptions {
  /** The Parley whose relay it is. */
  readonly folder: string;
  readonly upstream: UpstreamAddress;
  readonly sessions: number;
  /** Beside what the bench sets, by the names of the variables. */
  readonly settings: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** The relay that is measured, and its address. */
export interface RelaySubject extends AsyncDisposable {
  readonly process: BenchProcess<RelayProbeHandlers>;
  readonly url: string;
}

/**
 * Starts a relay as people do, from its `main.ts`, in an empty data folder: metering, storage,
 * metrics and log are on as by default, the log in a file. Only what would refuse the bench's load is off.
 *
 * @throws Error with the last lines of its log if it does not start
 */
export async function startRelaySubject(options: RelaySubjectOptions): Promise<RelaySubject> {
  const { folder, upstream, sessions, settings, signal } = options;
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-bench-'));
  const logPath = join(dataDir, 'relay.log');
  const log = openSync(logPath, 'w');
  await using resources = new AsyncDisposableStack();
  resources.defer(() => rm(dataDir, { recursive: true, force: true }));
  resources.defer(() => closeSync(log));
  const { flags, environment } = await nodeStartOf(folder);
  const main = pathToFileURL(join(folder, 'relay/src/main.ts'));
  const relay = resources.use(
    new BenchProcess<RelayProbeHandlers>(main, signal, [...flags, '--import', PROBE.href], {
      node: nodeOf(folder),
      errors: log,
      environment: {
        ...cleanEnvironment(folder),
        ...environment,
        PORT: '0',
        DATA_DIR: dataDir,
        ...UNLIMITED,
        MAX_SESSIONS: String(sessions + 10),
        // With a second one behind the first, as in a relay that is meant to stay up.
        TRANSCRIBERS: 'deepgram-nova,deepgram-flux',
        GENERATORS: 'compatible',
        SYNTHESIZERS: 'compatible',
        DEEPGRAM_BASE_URL: upstream.url,
        DEEPGRAM_API_KEY: upstream.key,
        COMPATIBLE_BASE_URL: upstream.chatUrl,
        COMPATIBLE_API_KEY: upstream.chatKey,
        COMPATIBLE_CHAT_MODEL: 'simulated',
        COMPATIBLE_SPEECH_MODEL: 'simulated',
        ...settings,
      },
    }),
  );
  try {
    const url = await relay.ask('address', undefined);
    await untilWarm(url, signal);
    const started = resources.move();
    return { process: relay, url, [Symbol.asyncDispose]: () => started.disposeAsync() };
  } catch (error) {
    signal.throwIfAborted();
    const lines = (await readFile(logPath, 'utf8')).trim().split('\n').slice(-LOG_LINES_SHOWN);
    throw new Error(`The relay of ${folder} does not start:\n${lines.join('\n')}`, {
      cause: error,
    });
  }
}

/** Resolves once it has done what it does after its start, which takes memory: its database is open, too. */
async function untilWarm(url: string, signal: AbortSignal): Promise<void> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(WARM_DEADLINE_MS)]);
  for (const path of [API_PATHS.health, API_PATHS.healthDetailed]) {
    while (await isStarting(new URL(path, url), deadline)) {
      await sleep(systemClock, ASK_AGAIN_MS, deadline);
      deadline.throwIfAborted();
    }
  }
}

/** Whether the relay says so of itself or of a part. */
async function isStarting(url: URL, signal: AbortSignal): Promise<boolean> {
  const response = await fetch(url, { signal });
  return (await response.text()).includes('"starting"');
}
