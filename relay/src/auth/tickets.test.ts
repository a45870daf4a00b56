import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FakeClock } from '../lib/fake-clock.ts';
import { Tickets } from './tickets.ts';

function setUp(limit = 100) {
  const clock = new FakeClock();
  return { clock, tickets: new Tickets<number>({ clock, ttlMs: 30_000, limit }) };
}

it('admits once, within its time, in any order of arrival', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ waitMs: fc.nat({ max: 20_000 }), which: fc.nat({ max: 9 }) })),
      async (steps) => {
        const { clock, tickets } = setUp();
        const issued: { ticket: string; atMs: number; isUsed: boolean }[] = [];
        for (const { waitMs, which } of steps) {
          issued.push({ ticket: tickets.issue(issued.length)!, atMs: clock.now(), isUsed: false });
          await clock.advance(waitMs);
          const index = which % issued.length;
          const entry = issued[index]!;
          const isGood = !entry.isUsed && clock.now() - entry.atMs < 30_000;
          expect(tickets.redeem(entry.ticket)).toBe(isGood ? index : undefined);
          entry.isUsed = true;
        }
      },
    ),
    { numRuns: 30 },
  );
});

it('knows no ticket it did not issue', () => {
  const { tickets } = setUp();
  tickets.issue(1);
  fc.assert(
    fc.property(fc.string(), (forged) => {
      expect(tickets.redeem(forged)).toBeUndefined();
    }),
  );
});

it('keeps no more than its limit, and has room again once some have expired', async () => {
  const { clock, tickets } = setUp(3);
  expect([1, 2, 3].map((grant) => typeof tickets.issue(grant))).toEqual(Array(3).fill('string'));
  expect(tickets.issue(4)).toBeUndefined();
  expect(tickets.size).toBe(3);
  await clock.advance(30_000);
  expect(tickets.issue(5)).toBeTypeOf('string');
  expect(tickets.size).toBe(1);
});

it('makes tickets that fit into a subprotocol and cannot be guessed', () => {
  const { tickets } = setUp(1_000);
  const issued = Array.from({ length: 1_000 }, (_, grant) => tickets.issue(grant)!);
  expect(new Set(issued).size).toBe(1_000);
  for (const ticket of issued) expect(ticket).toMatch(/^[\w-]{43}$/);
});
