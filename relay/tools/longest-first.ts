import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { DURATIONS, type TestRun } from './durations.ts';
import { ROOT } from './project.ts';

/**
 * Begins with the files that take longest, as `durations.json` says, so that no long file keeps one
 * processor busy at the end. Vitest's own order knows only what ran in the same folder before, and a
 * fresh clone has run nothing.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const seconds = readSeconds();
    const of = (file: TestSpecification) => seconds[relative(ROOT, file.moduleId)] ?? Infinity;
    // Sorting is stable: groups, projects and unknown files keep the runner's own order.
    // oxlint-disable-next-line unicorn/no-array-sort -- the runner's method, not an array's
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => {
      const isOneGroup = a.project === b.project;
      return isOneGroup ? order(of(b), of(a)) : sorted.indexOf(a) - sorted.indexOf(b);
    });
  }
}

/** Infinity less Infinity is not a number. */
function order(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

function readSeconds(): TestRun['files'] {
  try {
    return (JSON.parse(readFileSync(DURATIONS, 'utf8')) as TestRun).files;
  } catch {
    return {};
  }
}
