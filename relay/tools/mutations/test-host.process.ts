// Holds Vitest for the tree in its working folder, and runs the tests that it is sent.
//
// Transformed modules stay in memory from one run to the next, but for those that changed; each run
// has a process of its own.
import { join, posix } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Vitest from 'vitest/node';
import type { TestCase, TestModule, TestSpecification } from 'vitest/node';
import type { Answer, Failure, Request } from './test-host.ts';

const ROOT = process.cwd();
/** Of a test, and of what is done before and after it. */
const TEST_MS = 20_000;

/** In the order in which they are sent: the nearest first. */
class AsSent {
  sort(files: TestSpecification[]): TestSpecification[] {
    return files;
  }
  shard(files: TestSpecification[]): TestSpecification[] {
    return files;
  }
}

function answer(message: Answer): void {
  process.send?.(message);
}

function pathOf({ moduleId }: Pick<TestModule, 'moduleId'>): string {
  return posix.relative(ROOT, moduleId);
}

/** Ends what tests have started, too: it leads their process group. */
function end(): void {
  process.kill(-process.pid, 'SIGKILL');
}

// The Vitest of the tree, which need not be the one beside this file.
const { createVitest } = (await import(
  pathToFileURL(join(ROOT, 'node_modules/vitest/dist/node.js')).href
)) as typeof Vitest;

let current: string | undefined;
let ended = 0;
let failure: Failure | undefined;

const fail = (module: TestModule, test: string) => {
  failure ??= { file: pathOf(module), test };
};

const vitest = await createVitest('test', {
  root: ROOT,
  config: join(ROOT, 'vitest.config.ts'),
  project: ['!speech', '!load'],
  watch: false,
  silent: true,
  bail: 1,
  retry: 0,
  maxWorkers: 1,
  testTimeout: TEST_MS,
  sequence: { sequencer: AsSent },
  reporters: [
    {
      onTestModuleQueued(module: TestModule) {
        current = pathOf(module);
        answer({ type: 'began', file: current });
      },
      onTestCaseResult(test: TestCase) {
        if (test.result().state === 'failed') fail(test.module, test.fullName);
      },
      onTestModuleEnd(module: TestModule) {
        ended++;
        if (module.state() === 'failed') fail(module, 'the file');
      },
    },
  ],
});
const all = await vitest.globTestSpecifications();
const specifications = new Map(all.map((one) => [pathOf(one), one]));

process.on('message', ({ files, changed }: Request) => {
  void run(files, changed);
});
process.on('disconnect', end);
answer({ type: 'ready', files: [...specifications.keys()] });

async function run(files: readonly string[], changed: string): Promise<void> {
  current = undefined;
  ended = 0;
  failure = undefined;
  vitest.invalidateFile(join(ROOT, changed));
  const wanted = files.flatMap((file) => specifications.get(file) ?? []);
  const { unhandledErrors } = await vitest.runTestSpecifications(wanted);
  // The file is restored before the next run, which may be about another.
  vitest.invalidateFile(join(ROOT, changed));
  if (unhandledErrors.length > 0 && current !== undefined) {
    failure ??= { file: current, test: 'an error outside of all tests' };
  }
  if (failure === undefined && ended < wanted.length) {
    const [error] = unhandledErrors as readonly Error[];
    answer({ type: 'refused', reason: error?.message ?? 'some files of tests did not run' });
  } else answer({ type: 'ran', failure });
}
