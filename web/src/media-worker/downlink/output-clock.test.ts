import { expect, test } from 'vitest';
import { ContextClock } from '../uplink/context-clock.ts';
import { OutputClock } from './output-clock.ts';

/** What the clock adds for the part of the way that nothing tells of. */
const UNSEEN_MS = 7;

function clockAt(zeroMs: number): OutputClock {
  const contextClock = new ContextClock();
  contextClock.observe(0, zeroMs);
  return new OutputClock(contextClock);
}

test('without instants the reported latency counts', () => {
  const clock = clockAt(70_000);
  clock.observe({ latencyMs: 34, instant: undefined });
  expect(clock.heardAtMs(2)).toBeCloseTo(72_034 + UNSEEN_MS, 6);
});

test('instants that sway are read at their middle', () => {
  const clock = clockAt(0);
  for (const [second, swayMs] of [0, 12, -9, 3, 30].entries()) {
    const instant = { contextTimeS: second, atMs: second * 1_000 + 45 + swayMs };
    clock.observe({ latencyMs: 0, instant });
  }
  expect(clock.heardAtMs(2.5)).toBeCloseTo(2_548 + UNSEEN_MS, 6);
});

test('a context that stood still is followed: only the instants around a sample count', () => {
  const clock = clockAt(0);
  for (let second = 0; second < 30; second += 1) {
    const stoodStillMs = second < 15 ? 0 : 400;
    const instant = { contextTimeS: second, atMs: second * 1_000 + 50 + stoodStillMs };
    clock.observe({ latencyMs: 0, instant });
  }
  expect(clock.heardAtMs(10)).toBeCloseTo(10_050 + UNSEEN_MS, 6);
  expect(clock.heardAtMs(20)).toBeCloseTo(20_450 + UNSEEN_MS, 6);
});

test('nothing is known before the first report of any clock', () => {
  expect(new OutputClock(new ContextClock()).heardAtMs(1)).toBeUndefined();
});
