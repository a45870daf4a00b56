import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ROOT } from '../project.ts';

/** Where `npm test` leaves what it took. */
const FILE = join(ROOT, 'node_modules/.cache/parley-test-run.json');

const schema = z.object({
  /** Whole or short, as `git rev-parse` prints it. */
  commit: z.string(),
  /** ISO 8601. */
  startedAt: z.string(),
  seconds: z.number(),
});
export type TestRun = z.infer<typeof schema>;

/** The last run of all tests, if it was on this commit. @param commit - see `commitHere` */
export function lastTestRun(commit: string): TestRun | undefined {
  try {
    return testRunOn(commit, JSON.parse(readFileSync(FILE, 'utf8')));
  } catch {
    return undefined;
  }
}

/** @param found - what the file holds */
export function testRunOn(commit: string, found: unknown): TestRun | undefined {
  const { success, data } = schema.safeParse(found);
  return success && data.commit.slice(0, 7) === commit.slice(0, 7) ? data : undefined;
}
