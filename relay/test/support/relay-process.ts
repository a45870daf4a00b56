import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { z } from 'zod';
import { healthResponseSchema } from '@parley/shared';
import { systemClock } from '../../src/base/lib/clock.ts';
import { withDeadline } from '../../src/base/lib/deadline.ts';
import { LogWatch } from './log-watch.ts';
import { TestCall } from './test-call.ts';

const MAIN = new URL('../../src/main.ts', import.meta.url);
const ON_TIME = new URL('on-time.ts', import.meta.url);
const START_MS = 20_000;
const RETRY_MS = 50;

export interface RelayProcessOptions {
  /** A program that starts a relay and prints its address; by default the relay's own. */
  readonly program?: URL;
  readonly env?: Readonly<Record<string, string>>;
  /** What the process has for standard error: a descriptor, or a pipe that the test reads. */
  readonly stderr?: number | 'pipe';
  /** Whether it notices that its event loop is late; by default it is on time on any machine. */
  readonly noticesLateness?: boolean;
  /** How Node runs it. */
  readonly nodeFlags?: readonly string[];
  /** What the program is run by, e.g. `['prlimit', '--nofile=256']`. */
  readonly under?: readonly string[];
}

type Health = z.infer<typeof healthResponseSchema>;

/** A real relay in a process of its own; without speech, so that it is there quickly. */
export class RelayProcess implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly dataDir: string;
  readonly url: string;
  /** What it logs, if the test reads it. */
  readonly logs: LogWatch;

  private constructor(child: ChildProcess, dataDir: string, url: string, logs: LogWatch) {
    this.child = child;
    this.dataDir = dataDir;
    this.url = url;
    this.logs = logs;
  }

  static async start(options: RelayProcessOptions = {}): Promise<RelayProcess> {
    const { program = MAIN, env = {}, stderr = 'pipe', under = [], nodeFlags = [] } = options;
    const dataDir = await mkdtemp(join(tmpdir(), 'parley-process-'));
    const preload = options.noticesLateness === true ? [] : ['--import', ON_TIME.href];
    const [command, ...args] = [
      ...under,
      process.execPath,
      ...nodeFlags,
      ...preload,
      program.pathname,
    ];
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', stderr],
      env: {
        ...process.env,
        PORT: '0',
        DATA_DIR: dataDir,
        TRANSCRIBERS: 'browser',
        GENERATORS: 'embedded',
        SYNTHESIZERS: 'browser',
        // Tests of what is kept turn it on; the others need no database.
        STORAGE: 'off',
        ...env,
      },
    });
    const logs = new LogWatch();
    if (child.stderr !== null) {
      createInterface({ input: child.stderr }).on('line', (line) => logs.add(line));
    }
    const ready = Promise.withResolvers<string>();
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const url = /http:\/\/\S+/.exec(line)?.[0];
      if (url !== undefined) ready.resolve(url.replace('localhost', '127.0.0.1'));
    });
    child.once('exit', (code) => {
      ready.reject(new Error(`It ended with ${code}: ${logs.lines.join('\n')}`));
    });
    const late = () => new Error(`It did not start: ${logs.lines.join('\n')}`);
    try {
      const url = await withDeadline(ready.promise, START_MS, systemClock, late);
      return new RelayProcess(child, dataDir, url, logs);
    } catch (error) {
      child.kill('SIGKILL');
      await rm(dataDir, { recursive: true, force: true });
      throw error;
    }
  }

  call(): Promise<TestCall> {
    return TestCall.start(this.url);
  }

  async health(): Promise<Health> {
    const response = await fetch(`${this.url}/health`);
    return healthResponseSchema.parse(await response.json());
  }

  /** Resolves once its health satisfies `check`; asked for again and again, at most ten seconds. */
  async untilHealth(check: (health: Health) => boolean): Promise<Health> {
    const endMs = performance.now() + 10_000;
    for (;;) {
      const health = await this.health();
      if (check(health)) return health;
      if (performance.now() > endMs) throw new Error(`Its health is ${JSON.stringify(health)}`);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  /**
   * Resolves once it has ended and all that it logged is there.
   *
   * @returns its exit code or the signal that ended it, and how long that took, ms
   */
  async end(signal: NodeJS.Signals = 'SIGTERM') {
    const startMs = performance.now();
    const ended = once(this.child, 'close');
    this.child.kill(signal);
    const [code, endedBy] = (await withDeadline(
      ended,
      15_000,
      systemClock,
      () => new Error(`It did not end after ${signal}`),
    )) as [number | null, NodeJS.Signals | null];
    return { code, signal: endedBy, tookMs: performance.now() - startMs };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const isRunning = this.child.exitCode === null && this.child.signalCode === null;
    if (isRunning) {
      const ended = once(this.child, 'exit');
      this.child.kill('SIGKILL');
      await ended;
    }
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
