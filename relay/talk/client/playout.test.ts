import { expect, test } from 'vitest';
import { Playout } from './playout.ts';

test('pieces that come early are heard one after the other', () => {
  const playout = new Playout();
  expect(playout.play(200, 1_000)).toBe(1_000);
  expect(playout.play(200, 1_010)).toBe(1_200);
  expect(playout.endMs).toBe(1_400);
});

test('a piece that comes late is heard when it comes', () => {
  const playout = new Playout();
  playout.play(200, 1_000);
  expect(playout.play(200, 1_500)).toBe(1_500);
});

test('a flush ends what is being heard, and lengthens nothing', () => {
  const playout = new Playout();
  playout.play(2_000, 1_000);
  playout.flush(1_300);
  expect(playout.endMs).toBe(1_300);
  playout.flush(9_000);
  expect(playout.endMs).toBe(1_300);
});

test('it can be hurried', () => {
  const playout = new Playout(10);
  playout.play(2_000, 1_000);
  expect(playout.endMs).toBe(1_200);
});
