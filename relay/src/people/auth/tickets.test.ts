import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FakeClock } from '../../base/lib/clock.fake.ts';
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
          issued.push({
            ticket: tickets.issue(issued.length, 'one'),
            atMs: clock.now(),
            isUsed: false,
          });
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
  tickets.issue(1, 'one');
  fc.assert(
    fc.property(fc.string(), (forged) => {
      expect(tickets.redeem(forged)).toBeUndefined();
    }),
  );
});

it('keeps no more than its limit: the oldest is no longer valid', async () => {
  const { clock, tickets } = setUp(3);
  const issued = [1, 2, 3, 4].map((grant) => tickets.issue(grant, `owner ${grant}`));
  expect(tickets.size).toBe(3);
  expect(issued.map((ticket) => tickets.redeem(ticket))).toEqual([undefined, 2, 3, 4]);
  tickets.issue(5, 'one');
  await clock.advance(30_000);
  tickets.issue(6, 'one');
  expect(tickets.size).toBe(1);
});

it('says how long an owner must wait for one more, whatever others do', async () => {
  const { clock, tickets } = setUp();
  const first = tickets.issue(1, 'one');
  await clock.advance(10_000);
  tickets.issue(2, 'one');
  expect(tickets.waitMs('one', 3)).toBe(0);
  expect(tickets.waitMs('one', 2)).toBe(20_000);
  expect(tickets.waitMs('other', 2)).toBe(0);
  tickets.redeem(first);
  expect(tickets.waitMs('one', 2)).toBe(0);
  tickets.issue(3, 'one');
  expect(tickets.waitMs('one', 2)).toBe(30_000);
  await clock.advance(30_000);
  expect(tickets.waitMs('one', 2)).toBe(0);
});

it('makes tickets that fit into a subprotocol and cannot be guessed', () => {
  const { tickets } = setUp(1_000);
  const issued = Array.from({ length: 1_000 }, (_, grant) => tickets.issue(grant, 'one'));
  expect(new Set(issued).size).toBe(1_000);
  for (const ticket of issued) expect(ticket).toMatch(/^[\w-]{43}$/);
});
