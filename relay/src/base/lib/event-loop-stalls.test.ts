import { describe, expect, it } from 'vitest';
import { systemClock, EventLoopStalls, TICK_MS } from './clock.ts';

/** A loop whose ticks come at these instants, from 0 on. */
function ticksAt(...instants: readonly number[]): EventLoopStalls {
  const stalls = new EventLoopStalls(0);
  for (const atMs of instants) stalls.tick(atMs);
  return stalls;
}

describe('time lost to stalls of the event loop', () => {
  it.each([
    ['nothing while ticks come as they should', [50, 100, 155], 0, 160, 0],
    ['what a tick is late', [50, 2_100], 0, 2_120, 2_000],
    ['a stall that still lasts', [50], 0, 1_100, 1_000],
    ['every one of several', [50, 1_100, 1_150, 3_200], 0, 3_200, 3_000],
    ['none that had ended before', [50, 1_100, 1_150, 3_200], 1_100, 3_200, 2_000],
    ['no more than the time itself', [50, 3_100], 3_000, 3_100, 100],
    ['nothing of the future', [50], 500, 400, 0],
  ])('is %s', (_what, ticks, sinceMs, nowMs, lostMs) => {
    expect(ticksAt(...ticks).lostMs(sinceMs, nowMs)).toBe(lostMs);
  });

  it('is known for minutes of an overload that does not end, in bounded memory', () => {
    const stalls = new EventLoopStalls(0);
    let nowMs = 0;
    for (let count = 0; count < 10_000; count++) stalls.tick((nowMs += TICK_MS + 100));
    expect(stalls.lostMs(nowMs - 150_000, nowMs)).toBe(100_000);
    const remembered = stalls.lostMs(0, nowMs);
    expect(remembered).toBeGreaterThan(400_000);
    expect(remembered).toBeLessThan(420_000);
  });

  it('is seen by the system clock, even before its own tick has come', () => {
    const sinceMs = systemClock.now();
    systemClock.lostMs(sinceMs);
    while (systemClock.now() < sinceMs + 200);
    expect(systemClock.lostMs(sinceMs)).toBeGreaterThan(100);
  });
});
