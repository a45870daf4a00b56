import { expect, test } from 'vitest';
import { reportOf, type SoakRun } from './report.ts';

const MB = 1024 * 1024;
const CLEAN: SoakRun = {
  settled: 250,
  tookMs: 12_345,
  heapBefore: 40 * MB,
  heapAfter: 43 * MB,
  heldMeanwhile: Array.from({ length: 6 }, () => 'TCPSocketWrap'),
  heldAfterwards: [],
};

test('a connection of each vendor’s checks and a little of the heap may stay', () => {
  expect(reportOf(250, CLEAN)).toEqual({
    bench: 'soak',
    turns: 250,
    settled: 250,
    took_s: 12.3,
    heap_growth_kb: 3_072,
    held_idle: [],
    held_stopped: [],
    isClean: true,
  });
});

test.each<[string, Partial<SoakRun>]>([
  ['a turn without an outcome', { settled: 249 }],
  ['a heap that grows', { heapAfter: 44 * MB }],
  ['a socket too many', { heldMeanwhile: [...CLEAN.heldMeanwhile, 'TCPSocketWrap'] }],
  ['a timer', { heldMeanwhile: ['Timeout'] }],
  ['anything after the stop', { heldAfterwards: ['TCPSocketWrap'] }],
])('%s is not clean', (_, change) => {
  expect(reportOf(250, { ...CLEAN, ...change }).isClean).toBe(false);
});
