import { expect, test } from 'vitest';
import { DeliveryLog } from './delivery-log.ts';

function log(...arrivals: readonly (readonly [session: number, index: number])[]) {
  const deliveries = new DeliveryLog();
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
