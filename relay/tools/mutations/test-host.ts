import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { TreeCopy } from './tree-copy.ts';

const PROGRAM = fileURLToPath(new URL('./test-host.process.ts', import.meta.url));
const START_MS = 120_000;
/** The last words of a host that ends are kept to say why. */
const KEPT_CHARACTERS = 2_000;

export interface Request {
  readonly files: readonly string[];
  /** May differ from what it was at the last request. */
  readonly changed: string;
}

export type Answer =
  | { readonly type: 'ready'; readonly files: readonly string[] }
  | { readonly type: 'began'; readonly file: string }
  | { readonly type: 'ran'; readonly failure: Failure | undefined }
  | { readonly type: 'refused'; readonly reason: string };

type End = 'answered' | 'hangs' | 'crashes';
const END_WORDS = { hangs: 'takes too long', crashes: 'ends the test runner' } as const;

export interface Failure {
  readonly file: string;
  readonly test: string;
}

/** Runs the tests of a tree in a process of its own, which is ended and replaced if it hangs. */
export class TestHost implements AsyncDisposable {
  readonly #copy: TreeCopy;
  readonly #deadlineMs: number;
  readonly #signal: AbortSignal;
  #child: ChildProcess | undefined;
  #known: ReadonlySet<string> = new Set();

  /** @param deadlineMs - how long one file of tests may take */
  constructor(copy: TreeCopy, deadlineMs: number, signal: AbortSignal) {
    this.#copy = copy;
    this.#deadlineMs = deadlineMs;
    this.#signal = signal;
    signal.addEventListener('abort', this.#kill);
  }

  /**
   * Runs files of tests, in their order, up to the first failure.
   *
   * @throws Error if the tests cannot be run at all, or the signal aborts
   */
  async run(files: readonly string[], changed: string): Promise<Failure | undefined> {
    const child = this.#child?.connected === true ? this.#child : await this.#start();
    const known = files.filter((file) => this.#known.has(file));
    if (known.length === 0) return undefined;
    let current = known[0] ?? '';
    let failure: Failure | undefined;
    let refusal: string | undefined;
    const ran = this.#answers(child, this.#deadlineMs, (answer) => {
      if (answer.type === 'began') current = answer.file;
      else if (answer.type === 'ran') failure = answer.failure;
      else if (answer.type === 'refused') refusal = answer.reason;
      return answer.type === 'ran' || answer.type === 'refused';
    });
    child.send({ files: known, changed } satisfies Request);
    const end = await ran;
    if (refusal !== undefined) throw new Error(`Vitest runs no tests here: ${refusal}`);
    if (end === 'answered') return failure;
    await this.#end();
    this.#signal.throwIfAborted();
    return { file: current, test: END_WORDS[end] };
  }

  async #start(): Promise<ChildProcess> {
    this.#signal.throwIfAborted();
    const child = spawn(process.execPath, [PROGRAM], {
      cwd: this.#copy.root,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, TMPDIR: this.#copy.temporary },
      // Leads a process group, so that all processes of the tests can be ended with it.
      detached: true,
    });
    this.#child = child;
    // A message to one that is just ending is an error that the exit explains.
    child.on('error', () => {});
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-KEPT_CHARACTERS);
    });
    const end = await this.#answers(child, START_MS, (answer) => {
      if (answer.type === 'ready') this.#known = new Set(answer.files);
      return answer.type === 'ready';
    });
    if (end === 'answered') return child;
    await this.#end();
    this.#signal.throwIfAborted();
    throw new Error(`Vitest does not start in the copy of the tree: ${said}`);
  }

  /**
   * Takes answers until `take` has what it waits for.
   *
   * @param withinMs - from one answer to the next
   */
  #answers(child: ChildProcess, withinMs: number, take: (answer: Answer) => boolean): Promise<End> {
    return new Promise((resolve) => {
      const done = (end: End) => {
        clearTimeout(deadline);
        child.off('message', receive).off('exit', exit);
        resolve(end);
      };
      const deadline = setTimeout(() => done('hangs'), withinMs);
      const receive = (message: unknown) => {
        deadline.refresh();
        if (take(message as Answer)) done('answered');
      };
      const exit = () => done('crashes');
      child.on('message', receive).on('exit', exit);
    });
  }

  readonly #kill = () => {
    const { pid } = this.#child ?? {};
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // The process has ended, and all that it started.
    }
  };

  async #end(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const hasEnded = child.exitCode !== null || child.signalCode !== null;
    const ended = hasEnded ? undefined : once(child, 'exit');
    this.#kill();
    await ended;
    this.#child = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener('abort', this.#kill);
    await this.#end();
  }
}
