import { OthersLoad, otherShare } from '../others-load.ts';
import { runTool } from '../project.ts';
import { measureColdStart } from './cold-start.ts';
import { commitHere, machineHere } from './machine.ts';
import type { Measurement } from './measurement.ts';
import { runBenchCommand, type BenchEnd } from './run-bench-command.ts';
import { figuresFrom, withoutFigures, type Taken } from './taken.ts';
import { lastTestRun } from './test-run.ts';

/** How much longer than expected a bench may take on a slow machine, and what it may install first. */
const PATIENCE = 4;
const INSTALL_MINUTES = 5;

export interface TakeOptions {
  readonly isQuick: boolean;
  readonly signal: AbortSignal;
}

/** Runs a bench, or all tests, and reads its figures. */
export async function takeMeasurement(
  measurement: Measurement,
  options: TakeOptions,
): Promise<Taken> {
  const { run, figures } = measurement;
  const machine = machineHere();
  const commit = commitHere();
  const last = run === 'npm test' ? lastTestRun(commit) : undefined;
  if (last !== undefined) {
    return {
      command: 'npm test',
      date: last.startedAt.slice(0, 10),
      commit: last.commit.slice(0, 7),
      machine,
      minutes: minutesOf(last.seconds),
      othersPercent: null,
      figures: figuresFrom(figures, last),
    };
  }
  const date = new Date().toISOString().slice(0, 10);
  const startedAtMs = performance.now();
  using load = new OthersLoad();
  const before = load.read();
  const { command, report, status, problem } = await runIt(measurement, options);
  const seconds = (performance.now() - startedAtMs) / 1_000;
  const after = load.read();
  return {
    command,
    date,
    commit,
    machine,
    minutes: minutesOf(seconds),
    othersPercent: before && after ? Math.round(100 * otherShare(before, after)) : null,
    ...(report !== undefined && status !== 0 ? { hasMissedBound: true } : {}),
    figures: report === undefined ? withoutFigures(figures, problem) : figuresFrom(figures, report),
  };
}

async function runIt(
  { run, quick, minutes }: Measurement,
  { isQuick, signal }: TakeOptions,
): Promise<BenchEnd & { readonly command: string }> {
  switch (run) {
    case 'npm test':
      return { command: run, ...(await runAllTests(signal)) };
    case 'git clone, npm start':
      return { command: run, ...(await runColdStart(signal)) };
    default: {
      const words = isQuick ? (quick ?? run) : run;
      const limitMs = (PATIENCE * minutes + INSTALL_MINUTES) * 60_000;
      const end = await runBenchCommand(words, limitMs, signal);
      return { command: `npm run bench -- ${words.join(' ')}`, ...end };
    }
  }
}

async function runAllTests(signal: AbortSignal): Promise<BenchEnd> {
  const startedAtMs = performance.now();
  const status = await runTool('relay/tools/test.ts', [], { signal });
  const seconds = (performance.now() - startedAtMs) / 1_000;
  // The time of tests that failed is not the time of all.
  return { report: status === 0 ? { seconds } : undefined, status, problem: 'a test failed' };
}

async function runColdStart(signal: AbortSignal): Promise<BenchEnd> {
  try {
    return { report: await measureColdStart(signal), status: 0, problem: '' };
  } catch (error) {
    return { report: undefined, status: 1, problem: (error as Error).message };
  }
}

function minutesOf(seconds: number): number {
  return Number((seconds / 60).toFixed(1));
}
