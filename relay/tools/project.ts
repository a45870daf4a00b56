import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

// A full disk behind it is not a reason to stop.
process.stderr.on('error', () => {});

export function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}

export interface RunOptions {
  /** Added to this process's own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Aborting ends the program. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a program to its end, its output shown as it comes.
 *
 * @returns its exit status; 127 if it could not be started
 */
export function run(
  program: string,
  programArguments: readonly string[],
  { environment = {}, signal }: RunOptions = {},
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(program, programArguments, {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...environment },
    });
    const pass = (received: NodeJS.Signals) => child.kill(received);
    process.on('SIGINT', pass);
    process.on('SIGTERM', pass);
    const end = () => child.kill('SIGTERM');
    signal?.addEventListener('abort', end);
    const done = (status: number) => {
      process.off('SIGINT', pass);
      process.off('SIGTERM', pass);
      signal?.removeEventListener('abort', end);
      resolve(status);
    };
    child.on('error', () => done(127));
    child.on('exit', (code) => done(code ?? 1));
  });
}

/** Runs a tool of the project's own, under the project's own Node. */
export function runTool(
  script: string,
  toolArguments: readonly string[],
  options?: RunOptions,
): Promise<number> {
  return run(process.execPath, [join(ROOT, script), ...toolArguments], options);
}

/** A digest of the files in `paths` (folders are walked), relative to the repository. */
export function digestOf(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths.flatMap(filesOf).toSorted()) {
    hash.update(path).update(readFileSync(join(ROOT, path)));
  }
  return hash.digest('hex');
}

function filesOf(path: string): string[] {
  try {
    return readdirSync(join(ROOT, path), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length));
  } catch (error) {
    // The path is a file, not a folder.
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return [path];
    throw error;
  }
}
