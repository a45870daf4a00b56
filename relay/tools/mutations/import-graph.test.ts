import { expect, it } from 'vitest';
import { ImportGraph } from './import-graph.ts';

const GRAPH = new ImportGraph(
  new Map(
    Object.entries({
      'shared/src/index.ts': "export * from './one.ts';\nexport { two as second } from './two.ts';",
      'shared/src/one.ts': 'export const one = 1;',
      'shared/src/two.ts': "import type { one } from './one.ts';\nexport const two = 2;",
      'relay/src/first.ts': "import { one } from '@parley/shared';\nexport const first = one;",
      'relay/src/other.ts': "import { second } from '@parley/shared';\nexport const x = second;",
      'relay/src/late.ts': "export const late = () => import('./other.ts');",
      'web/src/page.tsx':
        "import url from './thread.ts?worker&url';\nexport const p = <a href={url} />;",
      'web/src/thread.ts': "import { two } from '@parley/shared/parts/two';\nconst t = two;",
    }),
  ),
  { shared: { '.': './src/index.ts', './parts/*': './src/*.ts' }, relay: {} },
);

it('leads through a module that passes names on to the one that declares them', () => {
  const importers = (file: string) => Object.fromEntries(GRAPH.distances([file], 'importers'));
  expect(importers('shared/src/one.ts')).toEqual({
    'shared/src/one.ts': 0,
    'shared/src/index.ts': 1,
    'relay/src/first.ts': 1,
  });
  expect(importers('shared/src/two.ts')).toEqual({
    'shared/src/two.ts': 0,
    'shared/src/index.ts': 1,
    'relay/src/other.ts': 1,
    'web/src/thread.ts': 1,
    'relay/src/late.ts': 2,
    'web/src/page.tsx': 2,
  });
});

it('follows imports down, as far as it is told', () => {
  expect([...GRAPH.distances(['relay/src/late.ts'], 'imports').keys()]).toEqual([
    'relay/src/late.ts',
    'relay/src/other.ts',
    'shared/src/two.ts',
  ]);
  expect(GRAPH.distances(['relay/src/late.ts'], 'imports', 1).size).toBe(2);
});
