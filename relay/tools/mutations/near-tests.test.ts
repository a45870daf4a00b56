import { matchesGlob } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../project.ts';
import { readImportGraph } from './import-graph.ts';
import { isIn, NEAR_ROOMS, NearTests } from './near-tests.ts';

const graph = readImportGraph(ROOT);
const near = new NearTests(graph);

describe('the tests near a file', () => {
  it('begin with its own', () => {
    const [first] = near.unitTests('relay/src/people/metering/budgets.ts');
    expect(first).toBe('relay/src/people/metering/budgets.test.ts');
  });

  it('are a few, even of a file that nearly all import', () => {
    expect(near.unitTests('relay/src/base/lib/clock.ts').length).toBeLessThanOrEqual(12);
  });

  it('include those with a whole relay', () => {
    expect(near.relayTests('relay/src/people/metering/budgets.ts')).toContain(
      'relay/test/spending.test.ts',
    );
  });

  it.each(NEAR_ROOMS)('stand where the table looks for those of %s', (room, globs) => {
    expect(graph.files.some((file) => matchesGlob(file, room))).toBe(true);
    for (const glob of globs) {
      expect(
        graph.files.filter((file) => isIn(file, glob)),
        glob,
      ).not.toEqual([]);
    }
  });
});

it('only files of the product are drawn from', () => {
  const pool = near.pool();
  expect(pool).toContain('relay/src/people/metering/budgets.ts');
  expect(pool.filter((file) => /fake|\.test\.|\.tsx$|\/test\//.test(file))).toEqual([]);
  expect(pool).not.toContain('relay/src/main.ts');
});
