import { STATIC_CHECKS, type Check } from './checks.ts';
import { takesNoArguments } from './command-line.ts';
import { runTool, say } from './project.ts';

/** Takes longest, and keeps more than one processor busy: the other steps run beside it. */
const UNIT_TESTS: Check = {
  name: 'Unit tests',
  script: 'node_modules/vitest/vitest.mjs',
  arguments: ['run', '--project', 'unit'],
};

/** As many as a small machine has cores. */
const AT_ONCE = 2;

const waiting = [UNIT_TESTS, ...STATIC_CHECKS].values();
const failed: string[] = [];

async function takeSteps(): Promise<void> {
  for (const { name, script, arguments: toolArguments } of waiting) {
    if (failed.length > 0) return;
    const startedAtMs = performance.now();
    const status = await runTool(script, toolArguments);
    const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1);
    say(`${name}: ${status === 0 ? 'fine,' : 'failed after'} ${seconds} s.`);
    if (status !== 0) failed.push(name);
  }
}

async function check(): Promise<number> {
  await Promise.all(Array.from({ length: AT_ONCE }, takeSteps));
  if (failed.length === 0) return 0;
  // The step beside it may have written a screenful since.
  say(`Failed: ${failed.join(', ')}. The messages stand above.`);
  return 1;
}

process.exitCode =
  takesNoArguments('check', 'Checks format, lint, types, unit tests and dead code.') ??
  (await check());
