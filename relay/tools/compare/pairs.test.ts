import { expect, test } from 'vitest';
import type { Clock } from '../../src/base/lib/clock.ts';
import type { WorkReading } from '../others-load.ts';
import { BusyMachine, measurePairs } from './pairs.ts';

/** Nothing has to be waited for. */
const clock: Clock = {
  now: () => 0,
  after(_, action) {
    queueMicrotask(action);
    return () => {};
  },
  lostMs: () => 0,
};

/**
 * Measures pairs on a machine of which others use these shares: first while it is watched, then
 * during each pair; `undefined` on a system that does not report it.
 */
function measure(rounds: number, shares: readonly number[] | undefined) {
  const order: boolean[] = [];
  const told: string[] = [];
  const left = shares?.values();
  let work: WorkReading = { total: 0, busy: 0, own: 0 };
  let readings = 0;
  const readWork = () => {
    // Every second reading ends a stretch.
    if (readings++ % 2 === 1) {
      const busy = work.busy + 1_000 * (left?.next().value ?? 0);
      work = { total: work.total + 1_000, busy, own: 0 };
    }
    return shares === undefined ? undefined : work;
  };
  const source = {
    measure: (headFirst: boolean) => {
      order.push(headFirst);
      return Promise.resolve({ head: order.length, base: 0 });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const { signal } = new AbortController();
  const tell = (line: string) => told.push(line);
  return { result: measurePairs({ source, rounds, readWork, clock, signal, tell }), order, told };
}

test('either commit goes first in every second pair', async () => {
  const { result, order, told } = measure(4, [0, 0.02, 0.04, 0.02, 0.04]);
  const { pairs, voided, otherShare } = await result;
  expect(pairs.map(({ head }) => head)).toEqual([1, 2, 3, 4]);
  expect(order).toEqual([true, false, true, false]);
  expect(voided).toBe(0);
  expect(otherShare).toBeCloseTo(0.03);
  expect(told).toEqual([]);
});

test('a pair beside other work is void and measured again', async () => {
  const { result, told } = measure(3, [0, 0.02, 0.5, 0.02, 0.02]);
  const { pairs, voided, otherShare } = await result;
  expect(pairs.map(({ head }) => head)).toEqual([1, 3, 4]);
  expect(voided).toBe(1);
  expect(otherShare).toBeCloseTo(0.02);
  expect(told).toEqual(['  void: other programs used 50 % of the machine']);
});

test('a machine that stays busy is not judged', async () => {
  const { result, order } = measure(3, [0, ...Array.from({ length: 9 }, () => 0.3)]);
  const sentence = 'Not judged: this machine was 30 % busy with other work';
  await expect(result).rejects.toThrow(sentence);
  await expect(result).rejects.toBeInstanceOf(BusyMachine);
  expect(order).toHaveLength(4);
});

test('before the first pair a busy machine is waited for, a while', async () => {
  const quietLater = measure(1, [0.8, 0.4, 0.05, 0]);
  expect((await quietLater.result).pairs).toHaveLength(1);
  expect(quietLater.told).toEqual([
    'Other programs use 80 % of this machine; waiting until it is quiet …',
  ]);
  const never = measure(
    1,
    Array.from({ length: 50 }, () => 0.8),
  );
  await expect(never.result).rejects.toBeInstanceOf(BusyMachine);
  expect(never.order).toEqual([]);
});

test('where the system does not tell, every pair counts', async () => {
  const { pairs, otherShare } = await measure(2, undefined).result;
  expect(pairs).toHaveLength(2);
  expect(otherShare).toBeUndefined();
});
