import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { ROOT } from './project.ts';

/** What a test runner's JSON report says. */
export interface TestReport {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Seconds of each file, by its path in the repository. */
  readonly files: Readonly<Record<string, number>>;
  /** Seconds of the tests that took longest, by file and name. */
  readonly slowest: Readonly<Record<string, number>>;
}

/** The parts that are used of the report of `vitest --reporter=json`. */
interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly startTime: number;
    readonly endTime: number;
    readonly assertionResults: readonly { readonly fullName: string; readonly duration?: number }[];
  }[];
}

/** The parts that are used of the report of `playwright test --reporter=json`. */
interface PlaywrightReport {
  readonly config: { readonly rootDir: string };
  readonly stats: {
    readonly expected: number;
    readonly unexpected: number;
    readonly flaky: number;
    readonly skipped: number;
  };
  readonly suites: readonly PlaywrightSuite[];
}
interface PlaywrightSuite {
  readonly suites?: readonly PlaywrightSuite[];
  readonly specs: readonly {
    readonly file: string;
    readonly title: string;
    readonly tests: readonly { readonly results: readonly { readonly duration: number }[] }[];
  }[];
}

/** Tests below it are not kept by name. */
const SLOW_S = 1;

/** Reads the report of Vitest at `path`. */
export function readVitestReport(path: string): TestReport {
  const report = JSON.parse(readFileSync(path, 'utf8')) as VitestReport;
  const durations = new Durations();
  for (const { name, startTime, endTime, assertionResults } of report.testResults) {
    const file = relative(ROOT, name);
    durations.addFile(file, (endTime - startTime) / 1_000);
    for (const { fullName, duration = 0 } of assertionResults) {
      durations.addTest(file, fullName, duration / 1_000);
    }
  }
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests,
    ...durations.sums(),
  };
}

/** Reads the report of Playwright at `path`. */
export function readPlaywrightReport(path: string): TestReport {
  const { config, stats, suites } = JSON.parse(readFileSync(path, 'utf8')) as PlaywrightReport;
  const folder = relative(ROOT, config.rootDir);
  const durations = new Durations();
  const add = (suite: PlaywrightSuite) => {
    for (const { file, title, tests } of suite.specs) {
      const seconds =
        tests.flatMap(({ results }) => results).reduce((sum, { duration }) => sum + duration, 0) /
        1_000;
      durations.addFile(`${folder}/${file}`, seconds);
      durations.addTest(`${folder}/${file}`, title, seconds);
    }
    suite.suites?.forEach(add);
  };
  suites.forEach(add);
  return {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky,
    skipped: stats.skipped,
    ...durations.sums(),
  };
}

class Durations {
  readonly #files: Record<string, number> = {};
  readonly #tests: Record<string, number> = {};

  addFile(file: string, seconds: number): void {
    this.#files[file] = (this.#files[file] ?? 0) + seconds;
  }

  addTest(file: string, title: string, seconds: number): void {
    if (seconds >= SLOW_S) this.#tests[`${file} > ${title}`] = seconds;
  }

  sums(): Pick<TestReport, 'files' | 'slowest'> {
    return { files: this.#files, slowest: this.#tests };
  }
}
