import { join } from 'node:path';
import { ROOT } from './project.ts';

/** What the tests took when `npm test -- --keep-durations` last passed; decides their order. */
export const DURATIONS = join(ROOT, 'relay/tools/durations.json');
/** What the tests took when `npm test` last passed in this folder. */
export const LAST_RUN = join(ROOT, 'node_modules/.cache/parley-test-run.json');

/** One run of `npm test` in which everything passed. */
export interface TestRun {
  /** Its short hash; with " + changes" if the files differ from it. */
  readonly commit: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly processors: string;
  /** The whole command, installation included. */
  readonly seconds: number;
  readonly steps: readonly { readonly name: string; readonly seconds: number }[];
  /** Seconds of each file. */
  readonly files: Readonly<Record<string, number>>;
  /** Seconds of each test that took a second or more. */
  readonly slowest: Readonly<Record<string, number>>;
}
