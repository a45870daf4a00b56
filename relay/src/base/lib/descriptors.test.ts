import { expect, it } from 'vitest';
import { DescriptorReserve, isOutOfDescriptors } from './descriptors.ts';
import { FakeClock } from './fake-clock.ts';
import { silentLogger } from './logger.ts';
import { Problems } from './problems.ts';

/** A process that may have `limit` descriptors open, of which `used` are. */
function setUp(limit: number) {
  const clock = new FakeClock();
  const problems = new Problems(clock);
  const system = { used: 0, held: 0 };
  const changes: boolean[] = [];
  const reserve = new DescriptorReserve({
    clock,
    logger: silentLogger,
    problems,
    onChange: (isOpen) => changes.push(isOpen),
    open() {
      if (system.used + system.held >= limit) {
        throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
      }
      return system.held++;
    },
    close: () => system.held--,
  });
  return { clock, problems, system, changes, reserve };
}

it('holds a few back, and lets go of them once the others are used up', async () => {
  const { clock, problems, system, changes, reserve } = setUp(100);
  expect(system.held).toBe(24);
  expect(reserve.isOpen).toBe(true);
  system.used = 75;
  expect(reserve.isOpen).toBe(true);
  system.used = 76;
  await clock.advance(500);
  expect(system.held).toBe(0);
  expect(reserve.isOpen).toBe(false);
  expect(isOutOfDescriptors()).toBe(true);
  expect(problems.list()).toMatchObject([{ code: 'out_of_descriptors' }]);

  system.used = 69;
  await clock.advance(5_000);
  expect(reserve.isOpen).toBe(false);
  system.used = 68;
  await clock.advance(500);
  expect(reserve.isOpen).toBe(true);
  expect(isOutOfDescriptors()).toBe(false);
  expect(system.held).toBe(24);
  expect(changes).toEqual([false, true]);
  expect(problems.list()).toHaveLength(1);
  await clock.advance(30_000);
  expect(problems.list()).toEqual([]);

  reserve[Symbol.dispose]();
  expect(system.held).toBe(0);
  expect(clock.pendingTimers).toBe(0);
});

it('begins short if the limit is below its reserve, and keeps none of it then', () => {
  const { system, reserve } = setUp(10);
  expect(reserve.isOpen).toBe(false);
  expect(system.held).toBe(0);
  reserve[Symbol.dispose]();
});
