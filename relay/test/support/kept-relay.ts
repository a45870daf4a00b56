import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { readConfig } from '../../src/base/config/config.ts';
import { systemClock } from '../../src/base/lib/clock.ts';
import { silentLogger } from '../../src/base/lib/logger.ts';
import { Problems } from '../../src/base/lib/problems.ts';
import { makeDatabaseTemplate } from '../../src/keeping/storage/database-template.ts';
import { openStorage, type RunningStorage } from '../../src/keeping/storage/open-storage.ts';
import { startTestRelay, type TestRelay, type TestRelayOptions } from './test-relay.ts';

const OPEN_MS = 60_000;

/** A relay that keeps what is said in the embedded database, in a folder of its own. */
export interface KeptRelay extends AsyncDisposable {
  readonly relay: TestRelay;
  readonly storage: RunningStorage;
  readonly dataDir: string;
}

/** The embedded database in a folder of its own, which is removed at the end. */
export async function openKeptStorage(
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly storage: RunningStorage; readonly dataDir: string } & AsyncDisposable> {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-kept-'));
  await makeDatabaseTemplate();
  const storage = openStorage({
    config: readConfig({ ...env, DATA_DIR: dataDir }).storage,
    dataDir,
    clock: systemClock,
    logger: silentLogger,
    problems: new Problems(systemClock),
  });
  return {
    storage,
    dataDir,
    async [Symbol.asyncDispose]() {
      await storage[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true });
    },
  };
}

/** Resolves when the database is open. */
export async function startKeptRelay({
  env,
  ...options
}: TestRelayOptions = {}): Promise<KeptRelay> {
  const kept = await openKeptStorage(env);
  const { storage, dataDir } = kept;
  const settings = { ...env, DATA_DIR: dataDir };
  const relay = await startTestRelay({ ...options, env: settings, storage });
  storage.begin();
  // The database's first start takes all of a processor, so it is not asked all the time.
  await vi.waitUntil(() => storage.state === 'ok', { timeout: OPEN_MS, interval: 50 });
  return {
    relay,
    storage,
    dataDir,
    async [Symbol.asyncDispose]() {
      await relay[Symbol.asyncDispose]();
      await kept[Symbol.asyncDispose]();
    },
  };
}
