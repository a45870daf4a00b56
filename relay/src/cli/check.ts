import { runTool, say } from './project.ts';

/** Everything that can be told of the code without a browser. Each step: what it is, what runs. */
const STEPS: readonly (readonly [string, string, readonly string[]])[] = [
  ['Format', 'node_modules/oxfmt/bin/oxfmt', ['--check', '.']],
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
  ['Unit tests', 'node_modules/vitest/vitest.mjs', ['run', '--project', 'unit']],
];

for (const [name, script, toolArguments] of STEPS) {
  const startedAtMs = performance.now();
  const status = await runTool(script, toolArguments);
  const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1);
  if (status !== 0) {
    say(`${name}: failed after ${seconds} s.`);
    process.exit(1);
  }
  say(`${name}: fine, ${seconds} s.`);
}
