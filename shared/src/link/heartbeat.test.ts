import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Heartbeat } from './heartbeat.ts';

let pings: number[];
let deaths: number;
let heartbeat: Heartbeat;
let isInUse: boolean;
let line: 'good' | 'late' | 'doubt';

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  pings = [];
  deaths = 0;
  isInUse = false;
  line = 'good';
  heartbeat = new Heartbeat({
    intervalMs: 15_000,
    isInUse: () => isInUse,
    line: () => line,
    now: () => Date.now(),
    ping: (sentMs) => pings.push(sentMs),
    onDead: () => (deaths += 1),
  });
  heartbeat.start();
});
afterEach(() => {
  heartbeat.stop();
  vi.useRealTimers();
});

/** Each ping is answered at once. */
function answerFor(durationMs: number): void {
  for (let ms = 0; ms < durationMs; ms += 250) {
    heartbeat.answered(pings.at(-1)!);
    vi.advanceTimersByTime(250);
  }
}

test('eight pings come within two seconds, the later ones each 15 seconds', () => {
  answerFor(40_000);
  expect(pings).toEqual([0, 250, 500, 750, 1_000, 1_250, 1_500, 1_750, 16_750, 31_750]);
  expect(deaths).toBe(0);
});

test('a late line is pinged each second while voice passes, and quickly to learn why it is late', () => {
  answerFor(2_000);
  isInUse = true;
  line = 'late';
  answerFor(20_000);
  expect(pings.slice(8, 11)).toEqual([16_750, 17_750, 18_750]);
  line = 'doubt';
  answerFor(1_250);
  expect(pings.slice(-2)).toEqual([23_000, 23_250]);
  line = 'late';
  isInUse = false;
  answerFor(20_000);
  expect(pings.at(-1)! - pings.at(-2)!).toBe(15_000);
});

test('a ping without an answer for 5 seconds means a dead connection, once', () => {
  vi.advanceTimersByTime(4_999);
  expect(deaths).toBe(0);
  vi.advanceTimersByTime(60_000);
  expect(deaths).toBe(1);
  expect(pings).toEqual([0]);
});

test.each([5_000, 60_000])('a program that slept for %d ms reads its answer first', (sleptMs) => {
  // The timer is due by then, and comes before what the socket holds.
  vi.setSystemTime(2_000 + sleptMs);
  vi.advanceTimersByTime(5_000);
  expect(deaths).toBe(0);
  expect(heartbeat.answered(0)).toBe(true);
  vi.advanceTimersByTime(900);
  expect(deaths).toBe(0);
});

test('a program that slept and has no answer finds its connection dead soon after', () => {
  vi.setSystemTime(60_000);
  vi.advanceTimersByTime(5_000 + 1_999);
  expect(deaths).toBe(0);
  vi.advanceTimersByTime(1);
  expect(deaths).toBe(1);
});

test('an answer to another ping does not count', () => {
  expect(heartbeat.answered(-1)).toBe(false);
  vi.advanceTimersByTime(5_000);
  expect(deaths).toBe(1);
});

test('a stopped heartbeat is silent', () => {
  heartbeat.answered(0);
  heartbeat.stop();
  vi.advanceTimersByTime(60_000);
  expect(pings).toEqual([0]);
  expect(deaths).toBe(0);
});

test('while voice passes a dead line is noticed within 8 seconds', () => {
  isInUse = true;
  answerFor(7_750);
  expect(pings.slice(-2)).toEqual([4_750, 7_750]);
  heartbeat.answered(pings.at(-1)!);
  vi.advanceTimersByTime(7_999);
  expect(deaths).toBe(0);
  vi.advanceTimersByTime(1);
  expect(deaths).toBe(1);
});

test('a line whose answers wait behind a long voice is not dead, until 15 seconds have passed', () => {
  vi.advanceTimersByTime(4_000);
  heartbeat.heard();
  vi.advanceTimersByTime(4_999);
  expect(deaths).toBe(0);
  heartbeat.answered(0);
  vi.advanceTimersByTime(1_000);
  for (let s = 0; s < 14; s += 1) {
    vi.advanceTimersByTime(1_000);
    heartbeat.heard();
  }
  expect(deaths).toBe(0);
  vi.advanceTimersByTime(1_000);
  expect(deaths).toBe(1);
});

test('a line can be tried at any moment', () => {
  heartbeat.answered(0);
  vi.advanceTimersByTime(200);
  heartbeat.probe();
  heartbeat.probe();
  expect(pings).toEqual([0, 200]);
  vi.advanceTimersByTime(5_000);
  expect(deaths).toBe(1);
});
