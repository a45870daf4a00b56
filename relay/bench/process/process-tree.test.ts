import { expect, test } from 'vitest';
import { processWork, treeOf } from '../../bench/process/process-tree.ts';
import { machineWork, otherShare } from './other-work.ts';

test('what the machine did is all but idling and waiting for disks', () => {
  const stat = 'cpu  100 20 30 1000 50 1 2 4 7 0\ncpu0 1 2 3 4 5 6 7 8 9 0\n';
  expect(machineWork(stat)).toEqual({ busy: 157, total: 1207 });
});

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

test('the work of others is what is busy and not ours', () => {
  const before = { total: 1000, busy: 500, own: 100 };
  expect(otherShare(before, { total: 1200, busy: 600, own: 180 })).toBe(0.1);
  expect(otherShare(before, { total: 1200, busy: 600, own: 203 })).toBe(0);
  expect(otherShare(before, before)).toBe(0);
});
