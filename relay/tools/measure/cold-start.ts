import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from '../project.ts';

const LIMIT_MS = 10 * 60_000;

/**
 * Starts a fresh clone of what is committed: it installs, builds and listens. Packages come from
 * pnpm's store, if it has them.
 *
 * @param signal - aborting ends it
 * @throws Error if it does not listen
 */
export async function measureColdStart(signal: AbortSignal): Promise<{ readonly seconds: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-cold-'));
  try {
    const clone = join(folder, 'parley');
    if (spawnSync('git', ['clone', '--quiet', ROOT, clone], { stdio: 'ignore' }).status !== 0) {
      throw new Error('git could not clone it');
    }
    const startedAtMs = performance.now();
    await untilItListens(clone, AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]));
    return { seconds: Number(((performance.now() - startedAtMs) / 1_000).toFixed(1)) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @throws Error if it ends before */
async function untilItListens(clone: string, signal: AbortSignal): Promise<void> {
  const { NODE_COMPILE_CACHE: _, ...environment } = process.env;
  const child = spawn(process.execPath, [join(clone, 'relay/tools/launch.mjs'), 'start'], {
    cwd: clone,
    // A group of its own, which ends as a whole, an installation too.
    detached: true,
    stdio: ['ignore', 'pipe', 2],
    env: { ...environment, PORT: '0', DATA_DIR: join(clone, 'data') },
  });
  const exited = once(child, 'exit');
  const end = () => void process.kill(-child.pid!, 'SIGTERM');
  signal.addEventListener('abort', end);
  try {
    for await (const line of createInterface({ input: child.stdout! })) {
      if (/http:\/\/\S+/.test(line)) return;
    }
    throw new Error('it ended before it listened');
  } finally {
    signal.removeEventListener('abort', end);
    if (child.exitCode === null && child.signalCode === null) end();
    await exited;
  }
}
