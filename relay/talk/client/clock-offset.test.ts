import { expect, test } from 'vitest';
import { ClockOffset } from './clock-offset.ts';

test('the quickest round trip decides', () => {
  const offset = new ClockOffset();
  // The session clock is really 1,000 ms behind ours.
  offset.add(5_000, 4_190, 5_200);
  offset.add(6_000, 5_001, 6_002);
  offset.add(7_000, 6_080, 7_090);
  expect(offset.toSessionMs(8_000)).toBe(7_000);
});

test('a guess stands only until there is a round trip', () => {
  const offset = new ClockOffset();
  offset.guess(0, 500);
  expect(offset.toSessionMs(700)).toBe(200);
  offset.add(1_000, 530, 1_040);
  expect(offset.toSessionMs(1_020)).toBe(530);
  offset.guess(0, 9_000);
  expect(offset.toSessionMs(1_020)).toBe(530);
});

test('old round trips are forgotten, however quick', () => {
  const offset = new ClockOffset();
  offset.add(0, 1_000, 0);
  for (let at = 1; at <= 16; at++) offset.add(at * 100, at * 100 + 5_000, at * 100 + 20);
  expect(offset.toSessionMs(10_000)).toBe(14_990);
});

test('the session clock never runs before its beginning', () => {
  const offset = new ClockOffset();
  offset.guess(0, 500);
  expect(offset.toSessionMs(300)).toBe(0);
});
