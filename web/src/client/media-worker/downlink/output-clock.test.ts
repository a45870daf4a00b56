import { expect, test } from 'vitest';
import { localMsOf } from '../../messages/local-clock.ts';
import { ContextClock } from '../capture/context-clock.ts';
import { OutputClock } from './output-clock.ts';

/** The clock's addition for the part of the way that no interface reports. */
const UNSEEN_MS = 11;
const REPORTS_PER_SECOND = 30;
/** The audio thread gives the time in whole ms. */
const CLOSE_MS = 2;

interface Course {
  /** By how much the context's time has stood still until then, ms. */
  standsMs(second: number): number;
  /** From rendering to the speaker, ms. */
  wayMs(second: number): number;
}

/** The error of a clock's answer for a sample, after a context has run for a while. */
function errorsOf(seconds: number, { standsMs, wayMs }: Course) {
  const systemMs = Date.now() - seconds * 1_000;
  const startMs = localMsOf(systemMs);
  const clock = new OutputClock(new ContextClock());
  for (let n = 0; n < seconds * REPORTS_PER_SECOND; n += 1) {
    const timeS = n / REPORTS_PER_SECOND;
    const renderedMs = timeS * 1_000 + standsMs(timeS);
    // A sound card's buffer is rendered at a time.
    clock.rendered(timeS, Math.round(systemMs + renderedMs) + (n % 3) * 5);
    if (n % REPORTS_PER_SECOND !== 0) continue;
    const atMs = startMs + renderedMs + wayMs(timeS);
    clock.observe({ latencyMs: 34, instant: { contextTimeS: timeS, atMs } });
  }
  return (timeS: number, wayToSpeakerMs: number) => {
    const renderedMs = startMs + timeS * 1_000 + standsMs(timeS);
    return Math.abs(clock.heardAtMs(timeS)! - renderedMs - wayToSpeakerMs - UNSEEN_MS);
  };
}

test('without instants the reported latency counts', () => {
  const contextClock = new ContextClock();
  contextClock.observe(0, 70_000);
  const clock = new OutputClock(contextClock);
  clock.observe({ latencyMs: 34, instant: undefined });
  expect(clock.heardAtMs(2)).toBeCloseTo(72_034 + UNSEEN_MS, 6);
});

test('instants that sway are read at their middle', () => {
  const sway = [0, 12, -9, 3, 30];
  const wayMs = (second: number) => 45 + sway[Math.round(second) % sway.length]!;
  const errorMs = errorsOf(20, { standsMs: () => 0, wayMs });
  expect(errorMs(10.5, 48)).toBeLessThanOrEqual(CLOSE_MS);
});

test('a context that stood still right before a sample is followed, though no instant tells', () => {
  const standsMs = (second: number) => (second < 9.9 ? 0 : 480) + (second < 10.3 ? 0 : 337);
  const errorMs = errorsOf(12, { standsMs, wayMs: () => 60 });
  expect(errorMs(9.5, 60)).toBeLessThanOrEqual(CLOSE_MS);
  expect(errorMs(9.95, 60)).toBeLessThanOrEqual(CLOSE_MS);
  expect(errorMs(10.5, 60)).toBeLessThanOrEqual(CLOSE_MS);
});

test('a context that loses some ms again and again is followed each time', () => {
  const standsMs = (second: number) => 22 * Math.floor(second / 2.3);
  const errorMs = errorsOf(55, { standsMs, wayMs: () => 60 });
  for (let timeS = 5; timeS < 54; timeS += 3.7) {
    expect(errorMs(timeS, 60)).toBeLessThanOrEqual(CLOSE_MS);
  }
});

test('nothing is known before the first report of any clock', () => {
  expect(new OutputClock(new ContextClock()).heardAtMs(1)).toBeUndefined();
});
