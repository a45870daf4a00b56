import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../project.ts';

const KILL_AFTER_MS = 20_000;
const MAX_PROBLEM_CHARACTERS = 160;
/** Kept of what it says on standard error. */
const MAX_COMPLAINT_CHARACTERS = 10_000;

export interface BenchEnd {
  /** What `--json` printed; undefined if it ended before that. */
  readonly report: unknown;
  /** Not 0 if it failed, or missed a bound of its own. */
  readonly status: number;
  /** The last that it said on standard error, or how it ended. */
  readonly problem: string;
}

/**
 * Runs one bench to its end.
 *
 * @param benchArguments - without `--json`
 * @param limitMs - it is ended if it takes longer
 * @param signal - aborting ends it
 */
export function runBenchCommand(
  benchArguments: readonly string[],
  limitMs: number,
  signal: AbortSignal,
): Promise<BenchEnd> {
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [join(ROOT, 'relay/bench/main.ts'), ...benchArguments, '--json'],
      { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let output = '';
    let complaints = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      process.stderr.write(text);
      complaints = (complaints + text).slice(-MAX_COMPLAINT_CHARACTERS);
    });
    let isLate = false;
    let force: NodeJS.Timeout | undefined;
    const end = () => {
      child.kill('SIGTERM');
      force ??= setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
    };
    const limit = setTimeout(() => {
      isLate = true;
      end();
    }, limitMs);
    signal.addEventListener('abort', end);
    const over = (status: number, problem: string) => {
      clearTimeout(limit);
      clearTimeout(force);
      signal.removeEventListener('abort', end);
      resolve({ report: lastReport(output), status, problem });
    };
    child.once('error', ({ message }) => over(127, problemIn(message) ?? 'it could not be run'));
    child.once('close', (code, by) => {
      const status = code ?? 1;
      if (isLate) over(status, `it took longer than ${Math.round(limitMs / 60_000)} minutes`);
      else over(status, problemIn(complaints) ?? `it ended with ${by ?? code}`);
    });
  });
}

/** The last line that is an object: other programs print to the same output, a page's build for one. */
export function lastReport(output: string): unknown {
  const line = output.split('\n').findLast((each) => each.startsWith('{'));
  try {
    return line === undefined ? undefined : (JSON.parse(line) as unknown);
  } catch {
    return undefined;
  }
}

/** The last line, fit for a table that others read: short, and without paths of this machine. */
export function problemIn(complaints: string): string | undefined {
  const line = complaints.trimEnd().split('\n').at(-1)!.trim();
  if (line === '') return undefined;
  const words = line.replaceAll(/(?:\/[\w.@+-]+){2,}/g, '…').replaceAll('|', '/');
  return words.slice(0, MAX_PROBLEM_CHARACTERS).replace(/\.$/, '');
}
