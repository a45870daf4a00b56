import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../base/lib/clock.fake.ts';
import { silentLogger } from '../../base/lib/logger.ts';
import { Problems } from '../../base/lib/problems.ts';
import { Admission } from './admission.ts';

function setUp({ hasBegun = true } = {}) {
  const clock = new FakeClock();
  const problems = new Problems(clock);
  const admission = new Admission({ clock, problems, logger: silentLogger });
  if (hasBegun) admission.begin();
  /** Each hundredth of a second of this time, the loop is late by `lateMs`. */
  const pass = async (ms: number, lateMs: number) => {
    for (let passed = 0; passed < ms; passed += 100) {
      if (lateMs > 0) clock.stall(lateMs);
      await clock.advance(100 - lateMs);
    }
  };
  return { clock, problems, admission, pass };
}

describe('new calls', () => {
  it.each([
    ['are let in while the loop is in time', 0, true],
    ['are let in while it is a little late', 30, true],
    ['are let in no more once half of the time is lost', 51, false],
    ['are let in no more once nearly all of it is', 95, false],
  ])('%s', async (_what, lateMs, isOpen) => {
    const { admission, problems, pass } = setUp();
    await pass(60_000, lateMs);
    expect(admission.isOpen).toBe(isOpen);
    expect(problems.list().map(({ code }) => code)).toEqual(isOpen ? [] : ['event_loop_late']);
  });

  it('are refused at once after a stall of two seconds, and let in again soon', async () => {
    const { admission, clock } = setUp();
    await clock.advance(10_000);
    clock.stall(2_000);
    expect(admission.isOpen).toBe(false);
    await clock.advance(2_000);
    expect(admission.isOpen).toBe(false);
    await clock.advance(1_500);
    expect(admission.isOpen).toBe(true);
  });

  it('are not let in and refused in turn while the load stays the same', async () => {
    const { admission, pass } = setUp();
    const seen: boolean[] = [];
    for (const lateMs of [60, 42, 51, 38, 49, 55, 40, 20]) {
      await pass(5_000, lateMs);
      seen.push(admission.isOpen);
    }
    expect(seen).toEqual(seen.map(() => false));
    await pass(5_000, 3);
    expect(admission.isOpen).toBe(true);
  });

  it('are not refused for a pause of nearly a second', async () => {
    const { admission, clock } = setUp();
    await clock.advance(10_000);
    clock.stall(950);
    expect(admission.isOpen).toBe(true);
  });

  it('leave the lateness to be seen for half a minute', async () => {
    const { admission, problems, clock } = setUp();
    await clock.advance(10_000);
    clock.stall(2_000);
    await clock.advance(20_000);
    expect(admission.isOpen).toBe(true);
    expect(problems.list()).toMatchObject([{ code: 'event_loop_late', since_s: 20 }]);
    await clock.advance(15_000);
    expect(problems.list()).toEqual([]);
  });

  it('are let in although the start made the loop late', async () => {
    const { admission, clock } = setUp({ hasBegun: false });
    clock.stall(1_900);
    expect(admission.isOpen).toBe(true);
    admission.begin();
    clock.stall(900);
    expect(admission.isOpen).toBe(true);
    clock.stall(200);
    expect(admission.isOpen).toBe(false);
  });

  it('leave no timer behind', () => {
    const { admission, clock } = setUp();
    admission[Symbol.dispose]();
    expect(clock.pendingTimers).toBe(0);
  });
});
