import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { provideChromium } from './chromium.ts';
import { STATIC_CHECKS } from './checks.ts';
import { optionsOrStatus, parseCommandLine } from './command-line.ts';
import { DURATIONS, LAST_RUN, type TestRun } from './durations.ts';
import { runLanes, type Job, type Lane, type Step } from './lanes.ts';
import { buildPage } from './page-build.ts';
import { providePostgres } from './postgres.ts';
import { ROOT, say } from './project.ts';
import { provideTestPrograms } from './test-programs.ts';
import { readPlaywrightReport, readVitestReport, type TestReport } from './test-report.ts';

const USAGE = `Runs every test: the check, the relay, real speech, a real browser.

  npm run test [-- --keep-durations]

  --keep-durations   writes what each step and file took into relay/tools/durations.json, which
                     decides in which order they run
`;
const REPORTS = join(ROOT, 'node_modules/.cache/parley-tests');

/**
 * Tests that expect times in milliseconds run in front, one runner at a time. What waits for events
 * alone runs behind them, in the processor time that they leave: sound in real time leaves half.
 */
const LANES: readonly Lane[] = [
  {
    isBackground: false,
    jobs: [
      playwright('Sound in a browser', 'audio'),
      vitest('Relay', 'relay'),
      vitest('Speech', 'speech'),
    ],
  },
  {
    isBackground: true,
    jobs: [
      ...STATIC_CHECKS,
      vitest('Unit tests', 'unit'),
      playwright('Interface', 'ui', '--workers', '2'),
    ],
  },
];
/**
 * What needs the machine for itself. Three calls in a browser at once leave nothing to others: tests
 * behind them would wait for seconds.
 */
const AFTERWARDS: Lane = {
  isBackground: false,
  jobs: [playwright('Calls in a browser', 'page', '--workers', '3'), vitest('Load', 'load')],
};

function vitest(name: string, project: string): Job {
  return {
    name,
    script: 'node_modules/vitest/vitest.mjs',
    arguments: [
      'run',
      '--project',
      project,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${reportPath(name)}`,
    ],
  };
}

function playwright(name: string, project: string, ...more: readonly string[]): Job {
  return {
    name,
    script: 'node_modules/@playwright/test/cli.js',
    arguments: ['test', '--project', project, '--reporter', 'list,json', ...more],
    environment: { PLAYWRIGHT_JSON_OUTPUT_FILE: reportPath(name) },
  };
}

function reportPath(name: string): string {
  return join(REPORTS, `${name.toLowerCase().replaceAll(' ', '-')}.json`);
}

/** Runs every test. @returns the exit status */
async function test({ keepsDurations }: { keepsDurations: boolean }): Promise<number> {
  // The launcher knows when the command began: it may have installed everything first.
  const startedAtMs = Number(process.env['PARLEY_STARTED_AT_MS'] ?? Date.now());
  mkdirSync(REPORTS, { recursive: true });
  // A download mostly waits for the network.
  const [build, hasChromium, hasPostgres] = await Promise.all([
    buildPage(),
    provideChromium(),
    providePostgres(),
    provideTestPrograms(),
  ]);
  if (build !== 0 || !hasChromium || !hasPostgres) return 1;
  const prepared: Step = { name: 'Preparation', seconds: secondsSince(startedAtMs), status: 0 };
  const steps = [prepared];
  for (const lanes of [LANES, [AFTERWARDS]]) {
    steps.push(...(await runLanes(lanes)));
    const failed = steps.find(({ status }) => status !== 0);
    if (failed !== undefined) {
      say(`Failed: ${failed.name}. The messages stand above.`);
      return 1;
    }
  }
  const reports = readReports();
  const sum = (key: 'passed' | 'failed' | 'skipped') =>
    reports.reduce((total, report) => total + report[key], 0);
  writeFileSync(LAST_RUN, `${JSON.stringify(runOf(startedAtMs, steps, reports), undefined, 2)}\n`);
  if (keepsDurations) copyFileSync(LAST_RUN, DURATIONS);
  say(`Everything passed, in ${minutes(secondsSince(startedAtMs))}.`);
  process.stdout.write(
    `${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped\n`,
  );
  return 0;
}

function readReports(): readonly TestReport[] {
  return [...LANES, AFTERWARDS]
    .flatMap(({ jobs }) => jobs)
    .flatMap(({ name, script }) => {
      if (script.includes('/vitest/')) return [readVitestReport(reportPath(name))];
      return script.includes('/@playwright/') ? [readPlaywrightReport(reportPath(name))] : [];
    });
}

function runOf(
  startedAtMs: number,
  steps: readonly Step[],
  reports: readonly TestReport[],
): TestRun {
  const merged = (key: 'files' | 'slowest') =>
    Object.fromEntries(
      reports
        .flatMap((report) => Object.entries(report[key]))
        .toSorted(([, a], [, b]) => b - a)
        .map(([name, seconds]) => [name, rounded(seconds)]),
    );
  const processors = cpus();
  return {
    commit: commit(),
    startedAt: new Date(startedAtMs).toISOString(),
    processors: `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown'}`,
    seconds: Math.round(secondsSince(startedAtMs)),
    steps: steps.map(({ name, seconds }) => ({ name, seconds: rounded(seconds) })),
    files: merged('files'),
    slowest: merged('slowest'),
  };
}

function commit(): string {
  const git = (...gitArguments: string[]) =>
    execFileSync('git', gitArguments, { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' }).trim();
  try {
    const hash = git('rev-parse', '--short', 'HEAD');
    return git('status', '--porcelain') === '' ? hash : `${hash} + changes`;
  } catch {
    return 'unknown';
  }
}

function secondsSince(startedAtMs: number): number {
  return (Date.now() - startedAtMs) / 1_000;
}

function rounded(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}

function minutes(seconds: number): string {
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

const options = optionsOrStatus(
  () => {
    const { values } = parseCommandLine({
      args: process.argv.slice(2),
      options: {
        'keep-durations': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h' },
      },
    });
    return values.help === true ? 'help' : { keepsDurations: values['keep-durations'] };
  },
  USAGE,
  { output: process.stdout, errors: process.stderr },
);
process.exitCode = typeof options === 'number' ? options : await test(options);
