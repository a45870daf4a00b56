import { expect, test } from 'vitest';
import { ContextClock } from './context-clock.ts';

test('knows nothing before the first message', () => {
  expect(new ContextClock().toLocalMs(1)).toBeUndefined();
});

test('takes the message that travelled fastest', () => {
  const clock = new ContextClock();
  for (const [n, delayMs] of [12, 3, 40, 1, 25].entries()) {
    clock.observe(n, 500_000 + n * 1_000 + delayMs);
  }
  expect(clock.toLocalMs(2)).toBe(500_000 + 2_000 + 1);
});

test('follows a drift, forgetting what is older than 20 seconds', () => {
  const clock = new ContextClock();
  for (let s = 0; s < 60; s += 1) clock.observe(s, s * 1_001);
  expect(clock.toLocalMs(59)! - 59 * 1_001).toBeGreaterThan(-21);
  expect(clock.toLocalMs(59)! - 59 * 1_001).toBeLessThan(1);
});

test('a context that stood still for a while is followed within half a second', () => {
  const clock = new ContextClock();
  clock.observe(1, 1_000);
  for (let n = 1; n <= 16; n += 1) clock.observe(1 + n * 0.032, 6_000 + n * 32);
  expect(clock.toLocalMs(1)).toBeCloseTo(6_000, 6);
});

test('messages that waited for a busy thread do not mislead it for long', () => {
  const clock = new ContextClock();
  clock.observe(1, 1_000);
  // Two seconds' worth arrive at once.
  for (let n = 1; n <= 62; n += 1) clock.observe(1 + n * 0.032, 3_000);
  expect(clock.toLocalMs(1)! - 1_000).toBeLessThan(20);
});

test('a gap longer than the window leaves nothing of the old estimate', () => {
  const clock = new ContextClock();
  clock.observe(1, 1_000);
  clock.observe(2, 90_000);
  expect(clock.toLocalMs(2)).toBe(90_000);
});

test('a context that stands still for a moment, again and again, is followed each time', () => {
  const clock = new ContextClock();
  let contextMs = 0;
  let atMs = 90_000;
  for (let stall = 0; stall < 20; stall += 1) {
    for (let n = 0; n < 60; n += 1) {
      // A sound card's buffer is rendered at a time.
      contextMs += 33;
      atMs += 33;
      clock.observe(contextMs / 1_000, atMs + (n % 3) * 7);
    }
    expect(Math.abs(clock.toLocalMs(contextMs / 1_000)! - atMs)).toBeLessThan(1);
    atMs += 50;
  }
});
