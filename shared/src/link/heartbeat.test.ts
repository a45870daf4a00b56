import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Heartbeat } from './heartbeat.ts';

let pings: number[];
let deaths: number;
let heartbeat: Heartbeat;
let isInUse: boolean;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  pings = [];
  deaths = 0;
  isInUse = false;
  heartbeat = new Heartbeat({
    intervalMs: 15_000,
    isInUse: () => isInUse,
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

test('the first pings come each second, the later ones each 15 seconds', () => {
  for (let s = 0; s < 60; s += 1) {
    heartbeat.answered(pings.at(-1)!);
    vi.advanceTimersByTime(1_000);
  }
  expect(pings).toEqual([0, 1_000, 2_000, 3_000, 4_000, 19_000, 34_000, 49_000]);
  expect(deaths).toBe(0);
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
  for (let s = 0; s < 19; s += 1) {
    heartbeat.answered(pings.at(-1)!);
    vi.advanceTimersByTime(1_000);
  }
  expect(pings.slice(-3)).toEqual([13_000, 16_000, 19_000]);
  heartbeat.answered(19_000);
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
  vi.advanceTimersByTime(300);
  heartbeat.probe();
  heartbeat.probe();
  expect(pings).toEqual([0, 300]);
  vi.advanceTimersByTime(5_000);
  expect(deaths).toBe(1);
});
