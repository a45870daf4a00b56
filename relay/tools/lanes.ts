import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import type { Check } from './checks.ts';
import { ROOT, say } from './project.ts';

/** A program of `npm test`. */
export interface Job extends Check {
  /** Added to this process's own. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Lane {
  /**
   * A lane in the background gets the processor time that the others leave, and is silent unless a
   * job fails: its lines would stand amid those of the tests in front.
   */
  readonly isBackground: boolean;
  readonly jobs: readonly Job[];
}

/** What a job took. */
export interface Step {
  readonly name: string;
  readonly seconds: number;
  readonly status: number;
}

/** Runs a job to its end; aborting ends it. @returns its exit status */
export type RunJob = (job: Job, isBackground: boolean, signal: AbortSignal) => Promise<number>;

/** Of a failing job's output, bytes: its messages are at the end. */
const MAX_OUTPUT = 4_000_000;

/**
 * Runs the lanes side by side, the jobs of a lane one after another. The first job that fails ends
 * all others.
 *
 * @returns each job that was begun, in the order in which they ended
 */
export async function runLanes(
  lanes: readonly Lane[],
  runJob: RunJob = runInPriority,
): Promise<readonly Step[]> {
  const abort = new AbortController();
  const steps: Step[] = [];
  const runLane = async ({ jobs, isBackground }: Lane): Promise<void> => {
    for (const job of jobs) {
      if (abort.signal.aborted) return;
      const startedAtMs = performance.now();
      const status = await runJob(job, isBackground, abort.signal);
      const seconds = (performance.now() - startedAtMs) / 1_000;
      // A job that was ended because another had failed says nothing about itself.
      if (abort.signal.aborted) return;
      steps.push({ name: job.name, seconds, status });
      say(`${job.name}: ${status === 0 ? 'fine,' : 'failed after'} ${seconds.toFixed(1)} s.`);
      if (status !== 0) abort.abort();
    }
  };
  await Promise.all(lanes.map(runLane));
  return steps;
}

/** Runs a job under the project's own Node. */
const runInPriority: RunJob = (job, isBackground, signal) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [join(ROOT, job.script), ...job.arguments], {
      cwd: ROOT,
      stdio: isBackground ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...job.environment },
    });
    // All processes that the job starts inherit it.
    if (isBackground && child.pid !== undefined) lower(child.pid);
    const output: Buffer[] = [];
    let kept = 0;
    const keep = (bytes: Buffer) => {
      output.push(bytes);
      for (kept += bytes.length; kept > MAX_OUTPUT;) kept -= output.shift()!.length;
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    const end = () => child.kill('SIGTERM');
    const pass = (received: NodeJS.Signals) => child.kill(received);
    const done = (status: number) => {
      signal.removeEventListener('abort', end);
      process.off('SIGINT', pass);
      process.off('SIGTERM', pass);
      if (status !== 0 && !signal.aborted) process.stderr.write(Buffer.concat(output));
      resolve(status);
    };
    signal.addEventListener('abort', end);
    process.on('SIGINT', pass);
    process.on('SIGTERM', pass);
    child.on('error', () => done(127));
    // Not `exit`: the last lines may still be on their way.
    child.on('close', (code) => done(code ?? 1));
  });

function lower(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // The job has ended already, or the system forbids it: it then only shares the processors.
  }
}
