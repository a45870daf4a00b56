import { provideChromium } from './chromium.ts';
import { takesNoArguments } from './command-line.ts';
import { buildPage } from './page-build.ts';
import { providePostgres } from './postgres.ts';
import { providePrometheus } from './prometheus.ts';
import { runTool, say } from './project.ts';

const VITEST = 'node_modules/vitest/vitest.mjs';
const PLAYWRIGHT = 'node_modules/@playwright/test/cli.js';

/** The steps after the check, in the order in which a failure is cheapest to find. */
const STEPS: readonly (readonly [string, readonly string[]])[] = [
  [VITEST, ['run', ...projects('relay', 'speech', 'load')]],
  // Tests without a bound in milliseconds share the processors; the others need the whole machine.
  [PLAYWRIGHT, ['test', '--project', 'page', '--project', 'ui', '--workers', '2']],
  [PLAYWRIGHT, ['test', '--project', 'audio']],
];

function projects(...names: readonly string[]): readonly string[] {
  return names.flatMap((name) => ['--project', name]);
}

/** Runs every test. @returns the exit status */
async function test(): Promise<number> {
  // A download mostly waits for the network, and nothing in the check is timed.
  const [check, build, hasChromium, hasPostgres] = await Promise.all([
    runTool('relay/tools/check.ts', []),
    buildPage(),
    provideChromium(),
    providePostgres(),
    providePrometheus(),
  ]);
  if (check !== 0 || build !== 0 || !hasChromium || !hasPostgres) return 1;
  for (const [script, toolArguments] of STEPS) {
    if ((await runTool(script, toolArguments)) !== 0) return 1;
  }
  say('Everything passed.');
  return 0;
}

process.exitCode =
  takesNoArguments('test', 'Runs every test: the check, the relay, real speech, a real browser.') ??
  (await test());
