import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { systemClock } from '../../src/base/lib/clock.ts';
import { withDeadline } from '../../src/base/lib/deadline.ts';
import { RELAY_NODE_FLAGS } from '../../tools/node-flags.mjs';

const MAIN = new URL('../../src/main.ts', import.meta.url);
const START_DEADLINE_MS = 60_000;
const STOP_DEADLINE_MS = 20_000;

/** The relay as people start it, with everything that it does by default, in an empty data folder. */
export class WholeRelay implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #dataDir: string;
  readonly #release: () => void;

  private constructor(child: ChildProcess, dataDir: string, url: string, release: () => void) {
    this.#child = child;
    this.#dataDir = dataDir;
    this.url = url;
    this.#release = release;
  }

  /**
   * @param enter - what stands before its command, if it is to run on another host than this one
   * @throws Error if it does not listen in time
   */
  static async start(
    environment: Readonly<Record<string, string>>,
    signal: AbortSignal,
    enter: readonly string[] = [],
  ): Promise<WholeRelay> {
    signal.throwIfAborted();
    const dataDir = await mkdtemp(join(tmpdir(), 'parley-bench-'));
    const command = [...enter, process.execPath, ...RELAY_NODE_FLAGS, MAIN.pathname];
    const child = spawn(command[0]!, command.slice(1), {
      // Standard output belongs to the results; its own is read for its address.
      stdio: ['ignore', 'pipe', 2],
      env: { ...process.env, PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'warn', ...environment },
    });
    const kill = () => child.kill('SIGKILL');
    // The relay does not outlive this process, however that ends.
    process.on('exit', kill);
    signal.addEventListener('abort', kill);
    const release = () => {
      process.off('exit', kill);
      signal.removeEventListener('abort', kill);
    };
    const ready = Promise.withResolvers<string>();
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const url = /http:\/\/\S+/.exec(line)?.[0];
      if (url !== undefined) ready.resolve(url.replace('localhost', '127.0.0.1'));
    });
    child.once('exit', (code) => ready.reject(new Error(`The relay ended with ${code}.`)));
    const late = () => new Error('The relay did not start in time.');
    try {
      const url = await withDeadline(ready.promise, START_DEADLINE_MS, systemClock, late);
      return new WholeRelay(child, dataDir, url, release);
    } catch (error) {
      kill();
      release();
      await rm(dataDir, { recursive: true, force: true });
      throw error;
    }
  }

  /** Resident memory, MB; NaN if the system does not report it. */
  get memoryMb(): number {
    try {
      const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024;
    } catch {
      return Number.NaN;
    }
  }

  /** Resolves once it has done what it does after its start. */
  async warm(signal: AbortSignal): Promise<void> {
    for (;;) {
      const response = await fetch(new URL('/health', this.url), { signal });
      const { status } = (await response.json()) as { readonly status: string };
      if (status === 'ok') return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      const late = () => new Error('It did not end.');
      await withDeadline(ended, STOP_DEADLINE_MS, systemClock, late).catch(() => {
        this.#child.kill('SIGKILL');
        return ended;
      });
    }
    this.#release();
    await rm(this.#dataDir, { recursive: true, force: true });
  }
}
