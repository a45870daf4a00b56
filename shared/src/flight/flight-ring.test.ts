import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FlightRing, type RingEntry } from './flight-ring.ts';

test('keeps the newest within both bounds, and reports each that it drops once', () => {
  const entry = fc.record({ waitMs: fc.nat(300), bytes: fc.nat(50) });
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 3_000, size: 'max' }), (steps) => {
      const dropped: RingEntry[] = [];
      const bounds = { maxMs: 1_000, maxBytes: 400 };
      const ring = new FlightRing<RingEntry>(bounds, (oldest) => dropped.push(oldest));
      const pushed: RingEntry[] = [];
      let atMs = 0;
      for (const { waitMs, bytes } of steps) {
        atMs += waitMs;
        pushed.push({ atMs, bytes });
        ring.push(pushed.at(-1)!);
      }
      const kept = ring.snapshot();
      expect([...dropped, ...kept]).toEqual(pushed);
      expect(kept.every((one) => one.atMs >= atMs - 1_000)).toBe(true);
      expect(ring.bytes).toBe(kept.reduce((sum, { bytes }) => sum + bytes, 0));
      expect(ring.bytes).toBeLessThanOrEqual(400);
      expect(ring.oldest).toBe(kept[0]);
    }),
    { numRuns: 50 },
  );
});
