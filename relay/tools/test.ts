import { provideChromium } from './chromium.ts';
import { buildPage } from './page-build.ts';
import { runTool, say } from './project.ts';

const VITEST = 'node_modules/vitest/vitest.mjs';
const PLAYWRIGHT = 'node_modules/@playwright/test/cli.js';

/** The steps after the check, in the order in which a failure is cheapest to find. */
const STEPS: readonly (readonly [string, readonly string[]])[] = [
  [VITEST, ['run', '--project', 'relay', '--project', 'speech']],
  // Tests without a bound in milliseconds share the processors; the others need the whole machine.
  [PLAYWRIGHT, ['test', '--project', 'page', '--project', 'ui', '--workers', '2']],
  [PLAYWRIGHT, ['test', '--project', 'audio']],
];

/** Runs every test. @returns whether all of them passed */
async function test(): Promise<boolean> {
  // A download mostly waits for the network, and nothing in the check is timed.
  const [check, build, hasChromium] = await Promise.all([
    runTool('relay/tools/check.ts', []),
    buildPage(),
    provideChromium(),
  ]);
  if (check !== 0 || build !== 0 || !hasChromium) return false;
  for (const [script, toolArguments] of STEPS) {
    if ((await runTool(script, toolArguments)) !== 0) return false;
  }
  say('Everything passed.');
  return true;
}

process.exitCode = (await test()) ? 0 : 1;
