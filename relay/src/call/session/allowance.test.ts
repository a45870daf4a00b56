import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Allowance } from './inbox-allowances.ts';

it('never gives more than its capacity and what came in since', () => {
  const step = fc.oneof(
    fc.record({ take: fc.integer({ min: 1, max: 12 }) }),
    fc.nat({ max: 5_000 }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const allowance = new Allowance({ capacity: 10, perSecond: 2 });
      let given = 0;
      let elapsedMs = 0;
      for (const now of steps) {
        if (typeof now === 'object') given += allowance.take(now.take) ? now.take : 0;
        else {
          allowance.refill(now);
          elapsedMs += now;
        }
      }
      expect(given).toBeLessThanOrEqual(10 + (elapsedMs / 1_000) * 2);
    }),
  );
});

it('gives again after a while, up to its capacity', () => {
  const allowance = new Allowance({ capacity: 3, perSecond: 1 });
  const takeAll = () => Array.from({ length: 9 }, () => allowance.take()).filter(Boolean).length;
  expect(takeAll()).toBe(3);
  expect(takeAll()).toBe(0);
  allowance.refill(1_000);
  expect(takeAll()).toBe(1);
  allowance.refill(3_600_000);
  expect(takeAll()).toBe(3);
});
