import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ClockOffset } from './clock-offset.ts';

test('a symmetric round trip gives the exact offset', () => {
  const clock = new ClockOffset();
  clock.addRoundTrip(1_000, 520, 1_040);
  expect(clock.toSessionMs(1_020)).toBe(520);
  expect(clock.rttMs).toBe(40);
});

test('the shortest round trip wins over later, slower ones', () => {
  const clock = new ClockOffset();
  clock.addRoundTrip(1_000, 505, 1_010);
  clock.addRoundTrip(2_000, 1_900, 2_400);
  expect(clock.toSessionMs(3_005)).toBe(2_505);
  expect(clock.rttMs).toBe(400);
});

test('one way is better than nothing and worse than any round trip', () => {
  const clock = new ClockOffset();
  clock.addOneWay(100, 1_050);
  expect(clock.toSessionMs(1_050)).toBe(100);
  expect(clock.rttMs).toBeNull();
  clock.addRoundTrip(1_100, 200, 1_300);
  expect(clock.toSessionMs(1_200)).toBe(200);
});

test('old samples are forgotten, so a clock that drifts is followed', () => {
  const clock = new ClockOffset();
  clock.addRoundTrip(0, 0, 2);
  for (let n = 1; n <= 8; n += 1) clock.addRoundTrip(n * 1_000, n * 1_000 + 50, n * 1_000 + 20);
  expect(clock.toSessionMs(9_000)).toBe(9_040);
});

test('an instant before the session is its beginning', () => {
  const clock = new ClockOffset();
  clock.addOneWay(5, 1_000);
  expect(clock.toSessionMs(900)).toBe(0);
});

test('the error is never more than half the shortest round trip', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1_000, max: 100_000 }),
      fc.array(
        fc.record({ up: fc.integer({ min: 0, max: 500 }), down: fc.integer({ min: 0, max: 500 }) }),
        { minLength: 1, maxLength: 8 },
      ),
      (trueOffset, trips) => {
        const clock = new ClockOffset();
        let nowMs = 0;
        for (const { up, down } of trips) {
          clock.addRoundTrip(nowMs, nowMs + up + trueOffset, nowMs + up + down);
          nowMs += 15_000;
        }
        const shortest = Math.min(...trips.map(({ up, down }) => up + down));
        const error = Math.abs(clock.toSessionMs(0) - trueOffset);
        expect(error).toBeLessThanOrEqual(shortest / 2 + 1e-6);
      },
    ),
  );
});
