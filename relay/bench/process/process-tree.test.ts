import { expect, test } from 'vitest';
import { processWork, treeOf } from './process-tree.ts';

test('a process’s work is read whatever its name', () => {
  const stat = '4711 (a ) (b) S 12 1 1 0 -1 4194304 9 9 0 0 100 20 3 4 20 0 11 0 1234 5678';
  expect(processWork(stat)).toEqual({ pid: 4711, parent: 12, ticks: 127 });
});

test('the tree of a process is all that descends from it', () => {
  const process = (pid: number, parent: number) => ({ pid, parent, ticks: 1 });
  const all = [process(1, 0), process(5, 1), process(7, 5), process(6, 1), process(8, 7)];
  expect(treeOf(all, 5).map(({ pid }) => pid)).toEqual([5, 7, 8]);
  expect(treeOf(all, 9)).toEqual([]);
});
