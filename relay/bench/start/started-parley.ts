import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { sleep, systemClock } from '../../src/base/lib/clock.ts';
import { withDeadline } from '../../src/base/lib/deadline.ts';
import { cleanEnvironment } from '../process/relay-folder.ts';
import { nodeOf } from '../../tools/node-of.mjs';

/** With the build of the page and of the database's template, the first time. */
const READY_DEADLINE_MS = 180_000;
const STOP_DEADLINE_MS = 20_000;
const ASK_AGAIN_MS = 20;

export interface StartedParley extends AsyncDisposable {
  readonly pid: number;
  readonly url: string;
  /** From the start of the command until `/health` says that it is ready. */
  readonly readyMs: number;
}

/**
 * What `npm start` runs, in a folder of its own.
 *
 * @throws Error if it is not ready in time
 */
export async function startParley(
  folder: string,
  settings: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<StartedParley> {
  signal.throwIfAborted();
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-bench-'));
  const startedMs = performance.now();
  const child = spawn(nodeOf(folder), [join(folder, 'relay/tools/launch.mjs'), 'start'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 2],
    env: {
      ...cleanEnvironment(folder),
      PORT: '0',
      DATA_DIR: dataDir,
      // Vendors that cannot be reached are meant.
      LOG_LEVEL: 'fatal',
      ...settings,
    },
  });
  const ended = once(child, 'exit');
  const kill = () => child.kill('SIGTERM');
  // The relay ends with this process, however that ends: the launcher sees that its parent is gone.
  process.on('exit', kill);
  const stop = async () => {
    kill();
    await withDeadline(ended, STOP_DEADLINE_MS, systemClock, () => new Error('late')).catch(() =>
      child.kill('SIGKILL'),
    );
    process.off('exit', kill);
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(READY_DEADLINE_MS)]);
    const lines = createInterface({ input: child.stdout! });
    const early = ended.then(([code]) => {
      throw new Error(`npm start in ${folder} ended with ${code}.`);
    });
    const url = await Promise.race([
      early,
      addressIn(lines),
      once(deadline, 'abort').then(() => deadline.throwIfAborted()),
    ]);
    await Promise.race([early, untilReady(url!, deadline)]);
    early.catch(() => {});
    const readyMs = performance.now() - startedMs;
    return { pid: child.pid!, url: url!, readyMs, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    signal.throwIfAborted();
    throw error;
  }
}

async function addressIn(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) {
    const url = /http:\/\/\S+/.exec(line)?.[0];
    if (url !== undefined) return url.replace('localhost', '127.0.0.1');
  }
  return new Promise(() => {});
}

async function untilReady(url: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    const response = await fetch(new URL('/health', url), { signal });
    const { status } = (await response.json()) as { readonly status: string };
    if (status === 'ok') return;
    await sleep(systemClock, ASK_AGAIN_MS, signal);
    signal.throwIfAborted();
  }
}
