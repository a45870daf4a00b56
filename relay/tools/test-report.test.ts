import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ROOT } from './project.ts';
import { readPlaywrightReport, readVitestReport } from './test-report.ts';

function written(report: object): string {
  const folder = mkdtempSync(join(tmpdir(), 'parley-report-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'report.json');
  writeFileSync(path, JSON.stringify(report));
  return path;
}

test('reads what Vitest reports', () => {
  const path = written({
    numPassedTests: 2,
    numFailedTests: 0,
    numPendingTests: 1,
    testResults: [
      {
        name: join(ROOT, 'relay/test/call.test.ts'),
        startTime: 1_000,
        endTime: 4_500,
        assertionResults: [
          { fullName: 'a call is answered', duration: 3_200 },
          { fullName: 'a call ends', duration: 300 },
          { fullName: 'a call that is left out' },
        ],
      },
    ],
  });
  expect(readVitestReport(path)).toEqual({
    passed: 2,
    failed: 0,
    skipped: 1,
    files: { 'relay/test/call.test.ts': 3.5 },
    slowest: { 'relay/test/call.test.ts > a call is answered': 3.2 },
  });
});

test('reads what Playwright reports, with the tests of its groups', () => {
  const spec = (title: string, ...durations: number[]) => ({
    file: 'ui/states.spec.ts',
    title,
    tests: [{ results: durations.map((duration) => ({ duration })) }],
  });
  const path = written({
    config: { rootDir: join(ROOT, 'web/e2e') },
    stats: { expected: 2, unexpected: 0, flaky: 0, skipped: 0 },
    suites: [
      {
        specs: [spec('listening', 1_200)],
        suites: [{ specs: [spec('speaking', 400)] }],
      },
    ],
  });
  expect(readPlaywrightReport(path)).toEqual({
    passed: 2,
    failed: 0,
    skipped: 0,
    files: { 'web/e2e/ui/states.spec.ts': 1.6 },
    slowest: { 'web/e2e/ui/states.spec.ts > listening': 1.2 },
  });
});

test('counts a test that passed at its second try as failed', () => {
  const path = written({
    config: { rootDir: ROOT },
    stats: { expected: 3, unexpected: 1, flaky: 1, skipped: 0 },
    suites: [],
  });
  expect(readPlaywrightReport(path).failed).toBe(2);
});
