import { fork, type ChildProcess } from 'node:child_process';
import { systemClock } from '../../src/base/lib/clock.ts';
import { withDeadline } from '../../src/base/lib/deadline.ts';
import type { Answer, Asked, Handlers } from './serve.ts';

/** How long a process may take to end by itself, with the browsers and relays that it started. */
const EXIT_DEADLINE_MS = 20_000;

interface Surroundings {
  /** The program of another Node. */
  readonly node?: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** A file's descriptor. */
  readonly errors?: number;
}

/**
 * A process of the benchmark, asked over IPC. The process lives no longer than this object, nor
 * than this process: see `serve`.
 */
export class BenchProcess<H extends Handlers> implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #exited: Promise<void>;
  #nextId = 1;

  /**
   * @param entry - a module that calls `serve`
   * @param signal - aborting ends the process, and requests that are open fail
   * @param nodeFlags - how Node runs it
   * @param surroundings - its Node, environment and standard error, if not this process's
   */
  constructor(
    entry: URL,
    signal: AbortSignal,
    nodeFlags: readonly string[] = [],
    { node = process.execPath, environment = process.env, errors = 2 }: Surroundings = {},
  ) {
    signal.throwIfAborted();
    this.#name = entry.pathname.split('/').at(-1) ?? entry.pathname;
    this.#child = fork(entry, {
      // Standard output belongs to the results.
      stdio: ['ignore', 2, errors, 'ipc'],
      execArgv: [...nodeFlags],
      execPath: node,
      env: environment,
    });
    const onAbort = () => this.#release();
    signal.addEventListener('abort', onAbort);
    this.#child.on('message', (answer) => {
      const { id } = answer as Answer;
      this.#waiting.get(id)?.(answer as Answer);
      this.#waiting.delete(id);
    });
    this.#exited = new Promise((resolve) => {
      const over = (problem: string) => {
        for (const [id, settle] of this.#waiting) settle({ id, problem });
        this.#waiting.clear();
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      this.#child.once('exit', (code, by) => over(`ended with ${by ?? code}`));
      this.#child.once('error', (error) => over(error.message));
    });
  }

  /** @throws Error if the process fails, ends or takes too long */
  async ask<K extends keyof H & string>(
    name: K,
    argument: Parameters<H[K]>[0],
    deadlineMs = 60_000,
  ): Promise<Awaited<ReturnType<H[K]>>> {
    const id = this.#nextId++;
    const answered = new Promise<Answer>((resolve) => {
      this.#waiting.set(id, resolve);
      const asked: Asked = { id, name, argument };
      this.#child.send(asked, (error) => {
        if (error !== null) resolve({ id, problem: error.message });
      });
    });
    const answer = await withDeadline(
      answered,
      deadlineMs,
      systemClock,
      () => new Error(`${this.#name}: ${name} took longer than ${deadlineMs} ms`),
    );
    if ('problem' in answer) throw new Error(`${this.#name}: ${name}: ${answer.problem}`);
    return answer.value as Awaited<ReturnType<H[K]>>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#release();
    await withDeadline(
      this.#exited,
      EXIT_DEADLINE_MS,
      systemClock,
      () => new Error(`${this.#name} did not end`),
    ).catch(() => this.#child.kill('SIGKILL'));
    await this.#exited;
  }

  /** Without its channel the process ends by itself. */
  #release(): void {
    if (this.#child.connected) this.#child.disconnect();
  }
}
