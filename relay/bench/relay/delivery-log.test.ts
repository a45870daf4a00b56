import { expect, test } from 'vitest';
import { DeliveryLog } from './delivery-log.ts';

function log(...arrivals: readonly (readonly [session: number, index: number])[]) {
  const deliveries = new DeliveryLog((_, index) => Math.floor(index / 10));
  for (const [session, index] of arrivals) deliveries.record(session, index);
  const { delivered, reordered, repeated } = deliveries;
  return { delivered, reordered, repeated };
}

test('sessions are counted apart', () => {
  expect(log([0, 0], [5, 0], [0, 1], [5, 1])).toEqual({ delivered: 4, reordered: 0, repeated: 0 });
});

test('a chunk that never comes is simply not delivered', () => {
  expect(log([0, 0], [0, 3])).toEqual({ delivered: 2, reordered: 0, repeated: 0 });
});

test('a chunk that comes late was reordered, not lost', () => {
  expect(log([0, 0], [0, 2], [0, 1], [0, 3])).toEqual({ delivered: 4, reordered: 1, repeated: 0 });
});

test('a chunk that comes twice counts once', () => {
  expect(log([0, 0], [0, 0], [0, 1])).toEqual({ delivered: 2, reordered: 0, repeated: 1 });
});

test('utterances may overtake one another', () => {
  expect(log([0, 8], [0, 10], [0, 9], [0, 11])).toMatchObject({ delivered: 4, reordered: 0 });
});
