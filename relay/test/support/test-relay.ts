import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { LogTap } from '../../src/base/lib/log-tap.ts';
import { logOptions } from '../../src/base/lib/logger.ts';
import { readConfig } from '../../src/base/config/config.ts';
import { systemClock, type Clock } from '../../src/base/lib/clock.ts';
import { Problems } from '../../src/base/lib/problems.ts';
import type { Stages } from '../../src/call/stages/stages.ts';
import type { TurnModel } from '../../src/call/stages/turn-model.ts';
import { startRelay, type RelayOptions } from '../../src/app.ts';
import type { Storage } from '../../src/keeping/storage/storage.ts';
import type { CallObserver } from '../../src/call/events/call-observers.ts';
import { scriptedStages, type ScriptedProviders } from './scripted-stages.ts';
import { LogWatch } from './log-watch.ts';

export interface TestRelayOptions {
  readonly providers?: ScriptedProviders;
  /** In place of scripted ones. */
  readonly stages?: Stages;
  /** Settings, by the names of their environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  readonly turnModel?: TurnModel;
  readonly pageRoot?: string;
  readonly observers?: readonly CallObserver[];
  /** Without it money is not counted. */
  readonly money?: RelayOptions['money'] | undefined;
  readonly storage?: Storage;
  readonly problems?: Problems;
  /** Names of the providers that cost money. */
  readonly paid?: readonly string[];
  /** Refusals of one client that are logged in a minute; by default more than a test causes. */
  readonly loggedRefusals?: number;
  readonly warmUp?: () => Promise<void>;
  /** Without it, time is real. */
  readonly clock?: Clock | undefined;
  /** The test runner's own load does not concern the relay under test: by default it is in time. */
  readonly lostMs?: Clock['lostMs'];
}

export interface TestRelay extends AsyncDisposable {
  readonly url: string;
  readonly logs: LogWatch;
  stop(graceMs: number): Promise<void>;
}

/** The real relay on a free port of this machine, with scripted providers and a folder of its own. */
export async function startTestRelay(options: TestRelayOptions = {}): Promise<TestRelay> {
  const { clock = systemClock, lostMs = () => 0 } = options;
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-test-'));
  const logs = new LogWatch();
  const logTap = new LogTap({ write: (line) => logs.add(line.trimEnd()) });
  const relay = await startRelay({
    config: readConfig({ HOST: '127.0.0.1', PORT: '0', DATA_DIR: dataDir, ...options.env }),
    providers: options.stages ?? scriptedStages(clock, options.providers),
    turnModel: options.turnModel,
    version: '0.0.0-test',
    pageRoot: options.pageRoot ?? join(dataDir, 'no-page'),
    observers: options.observers ?? [],
    ...(options.money && { money: options.money }),
    paid: new Set(options.paid),
    ...(options.storage === undefined ? {} : { storage: options.storage }),
    loggedRefusals: options.loggedRefusals ?? 1_000,
    logger: pino(logOptions('info'), logTap),
    logTap,
    clock: {
      now: () => clock.now(),
      after: (delayMs, action) => clock.after(delayMs, action),
      lostMs,
    },
    ...(options.warmUp === undefined ? {} : { warmUp: options.warmUp }),
    problems: options.problems ?? new Problems(clock),
  });
  let stopping: Promise<void> | undefined;
  const stop = (graceMs: number) => (stopping ??= relay.stop(graceMs));
  return {
    url: relay.url,
    logs,
    stop,
    async [Symbol.asyncDispose]() {
      await stop(0);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
