const TSC = 'node_modules/typescript/bin/tsc';

/** A program of the check: its name, the script, its arguments. */
export interface Check {
  readonly name: string;
  readonly script: string;
  readonly arguments: readonly string[];
}

/** Checks that run no test, the quickest to fail first. */
export const STATIC_CHECKS: readonly Check[] = [
  { name: 'Format', script: 'node_modules/oxfmt/bin/oxfmt', arguments: ['--check', '.'] },
  ...[
    { name: 'Types of shared', project: 'shared' },
    { name: 'Types of relay', project: 'relay' },
    { name: 'Types of the page', project: 'web' },
    { name: 'Types of its worker', project: 'web/tsconfig.worker.json' },
    { name: 'Types of its worklets', project: 'web/tsconfig.worklets.json' },
    { name: 'Types of its tests', project: 'web/tsconfig.node.json' },
  ].map(({ name, project }) => ({
    name,
    script: TSC,
    // Each thread would work out most types again: half of the processor time.
    arguments: ['-p', project, '--singleThreaded'],
  })),
  {
    name: 'Lint',
    script: 'node_modules/oxlint/bin/oxlint',
    arguments: ['--type-aware', '--quiet'],
  },
  { name: 'Dead code', script: 'node_modules/knip/bin/knip.js', arguments: ['--no-progress'] },
];
