import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FakeClock } from '../../base/lib/clock.fake.ts';
import { RateCounter } from './rate-counter.ts';

const HOUR_MS = 3_600_000;

function take(counter: RateCounter, key: string, rate: { count: number; perMs: number }): boolean {
  if (counter.waitMs(key, rate) > 0) return false;
  counter.count(key, rate);
  return true;
}

it('lets through as many as it should at once, and afterwards evenly', async () => {
  const clock = new FakeClock();
  const counter = new RateCounter({ clock, maxKeys: 10 });
  const rate = { count: 60, perMs: HOUR_MS };
  for (let one = 0; one < 60; one++) expect(take(counter, 'a', rate)).toBe(true);
  expect(counter.waitMs('a', rate)).toBeCloseTo(60_000);
  expect(take(counter, 'b', rate)).toBe(true);
  await clock.advance(59_999);
  expect(take(counter, 'a', rate)).toBe(false);
  await clock.advance(1);
  expect(take(counter, 'a', rate)).toBe(true);
  expect(take(counter, 'a', rate)).toBe(false);
});

it('never lets more through than the rate allows, in any order of keys and pauses', async () => {
  const step = fc.record({ key: fc.nat({ max: 3 }), pauseMs: fc.nat({ max: 3_000 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 200 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 60_000 }),
      async (steps, count, perMs) => {
        const clock = new FakeClock();
        const counter = new RateCounter({ clock, maxKeys: 4 });
        const taken = new Map<number, number[]>();
        for (const { key, pauseMs } of steps) {
          await clock.advance(pauseMs);
          // The wait it reports is true: after it one more is let through.
          expect(counter.waitMs(`${key}`, { count, perMs })).toBeLessThanOrEqual(perMs / count + 1);
          const isTaken = take(counter, `${key}`, { count, perMs });
          if (isTaken) taken.set(key, [...(taken.get(key) ?? []), clock.now()]);
        }
        const excess = [...taken.values()].flatMap((instants) =>
          instants.flatMap((fromMs, first) =>
            instants
              .slice(first)
              .map((toMs, more) => more + 1 - count - ((toMs - fromMs) * count) / perMs),
          ),
        );
        expect(Math.max(0, ...excess)).toBeLessThan(1e-6);
      },
    ),
    { numRuns: 60 },
  );
});

it('remembers a bounded number of keys, those of late', () => {
  const counter = new RateCounter({ clock: new FakeClock(), maxKeys: 1_000 });
  const rate = { count: 1, perMs: HOUR_MS };
  for (let key = 0; key < 100_000; key++) take(counter, `2001:db8:${key}::/64`, rate);
  expect(counter.size).toBe(1_000);
  expect(take(counter, '2001:db8:99999::/64', rate)).toBe(false);
});

it('lets all through without a limit, and none if the limit is nought', () => {
  const counter = new RateCounter({ clock: new FakeClock(), maxKeys: 10 });
  for (let one = 0; one < 1_000; one++) {
    expect(take(counter, 'a', { count: Infinity, perMs: HOUR_MS })).toBe(true);
  }
  expect(counter.waitMs('a', { count: 0, perMs: HOUR_MS })).toBe(Infinity);
  expect(counter.size).toBe(0);
});

it('forgives what was counted beyond a limit after one period', async () => {
  const clock = new FakeClock();
  const counter = new RateCounter({ clock, maxKeys: 10 });
  const rate = { count: 2, perMs: 1_000 };
  for (let one = 0; one < 100; one++) counter.count('a', rate);
  expect(counter.waitMs('a', rate)).toBe(500);
  await clock.advance(500);
  expect(counter.waitMs('a', rate)).toBe(0);
});
