import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

export interface ProgramOptions {
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Shows its standard error as it comes; `errors` is then empty. */
  readonly isShown?: boolean;
}

export interface ProgramResult {
  /** Null if a signal ended it, or it could not be started. */
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
}

/**
 * Runs a program to its end, or until the signal is aborted. All that it has started ends with it:
 * package managers do not pass a signal on.
 */
export async function runProgram(
  program: string,
  programArguments: readonly string[],
  { cwd, environment, signal, isShown = false }: ProgramOptions,
): Promise<ProgramResult> {
  signal.throwIfAborted();
  const hasGroups = process.platform !== 'win32';
  const child = spawn(program, programArguments, {
    cwd,
    env: environment,
    detached: hasGroups,
    stdio: ['ignore', 'pipe', isShown ? 'inherit' : 'pipe'],
  });
  const end = () => {
    try {
      if (child.pid !== undefined) process.kill(hasGroups ? -child.pid : child.pid, 'SIGTERM');
    } catch {
      // The process has ended meanwhile.
    }
  };
  signal.addEventListener('abort', end);
  // A second Ctrl-C ends this process at once.
  process.on('exit', end);
  try {
    const output = text(child.stdout!);
    const errors = child.stderr === null ? Promise.resolve('') : text(child.stderr);
    const status = await once(child, 'close').then(
      ([code]) => code as number | null,
      (error: Error) => {
        throw new Error(`${program} could not be started: ${error.message}`, { cause: error });
      },
    );
    signal.throwIfAborted();
    return { status, output: await output, errors: await errors };
  } finally {
    signal.removeEventListener('abort', end);
    process.off('exit', end);
  }
}
