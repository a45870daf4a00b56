import { takesNoArguments } from './command-line.ts';
import { runTool, say } from './project.ts';

/** All checks that need no browser. Each step: its name, the script, its arguments. */
const STEPS: readonly (readonly [string, string, readonly string[]])[] = [
  ['Format', 'node_modules/oxfmt/bin/oxfmt', ['--check', '.']],
  // Takes longest: the steps below run beside it.
  ['Unit tests', 'node_modules/vitest/vitest.mjs', ['run', '--project', 'unit']],
  ['Lint', 'node_modules/oxlint/bin/oxlint', ['--type-aware', '--quiet']],
  ['Types of shared', 'node_modules/typescript/bin/tsc', ['-p', 'shared']],
  ['Types of relay', 'node_modules/typescript/bin/tsc', ['-p', 'relay']],
  ['Types of the page', 'node_modules/typescript/bin/tsc', ['-p', 'web']],
  ['Types of its worker', 'node_modules/typescript/bin/tsc', ['-p', 'web/tsconfig.worker.json']],
  [
    'Types of its worklets',
    'node_modules/typescript/bin/tsc',
    ['-p', 'web/tsconfig.worklets.json'],
  ],
  ['Types of its tests', 'node_modules/typescript/bin/tsc', ['-p', 'web/tsconfig.node.json']],
  ['Dead code', 'node_modules/knip/bin/knip.js', ['--no-progress']],
];

/** As many as a small machine has cores; only the unit tests keep more than one busy. */
const AT_ONCE = 2;

const waiting = STEPS.values();
const failed: string[] = [];

async function takeSteps(): Promise<void> {
  for (const [name, script, toolArguments] of waiting) {
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
