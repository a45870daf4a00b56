import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FakeClock } from '../../base/lib/clock.fake.ts';
import { Tickets } from './tickets.ts';

function setUp(limit = 100) {
  const clock = new FakeClock();
  const tickets = new Tickets<number>({ clock, ttlMs: 30_000, limit });
  const issue = (grant: number, owner: string, ofOwner = Infinity) => {
    const issued = tickets.issue(grant, owner, ofOwner);
    return 'ticket' in issued ? issued.ticket : issued.waitMs;
  };
  return {
    clock,
    tickets,
    issue: (grant: number, owner: string) => String(issue(grant, owner)),
    waitMs: (owner: string, ofOwner: number) => issue(0, owner, ofOwner),
  };
}

it('admits once, within its time, in any order of arrival', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ waitMs: fc.nat({ max: 20_000 }), which: fc.nat({ max: 9 }) })),
      async (steps) => {
        const { clock, tickets, issue } = setUp();
        const issued: { ticket: string; atMs: number; isUsed: boolean }[] = [];
        for (const { waitMs, which } of steps) {
          issued.push({
            ticket: issue(issued.length, 'one'),
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
  const { tickets, issue } = setUp();
  issue(1, 'one');
  fc.assert(
    fc.property(fc.string(), (forged) => {
      expect(tickets.redeem(forged)).toBeUndefined();
    }),
  );
});

it('keeps no more than its limit: the oldest is no longer valid', async () => {
  const { clock, tickets, issue } = setUp(3);
  const issued = [1, 2, 3, 4].map((grant) => issue(grant, `owner ${grant}`));
  expect(tickets.size).toBe(3);
  expect(issued.map((ticket) => tickets.redeem(ticket))).toEqual([undefined, 2, 3, 4]);
  issue(5, 'one');
  await clock.advance(30_000);
  issue(6, 'one');
  expect(tickets.size).toBe(1);
});

it('says how long an owner must wait for one more, whatever others do', async () => {
  const { clock, tickets, issue, waitMs } = setUp();
  const first = issue(1, 'one');
  await clock.advance(10_000);
  issue(2, 'one');
  expect(waitMs('one', 2)).toBe(20_000);
  expect(waitMs('other', 2)).not.toBeTypeOf('number');
  tickets.redeem(first);
  issue(3, 'one');
  expect(waitMs('one', 2)).toBe(30_000);
  await clock.advance(30_000);
  expect(waitMs('one', 2)).not.toBeTypeOf('number');
});

it('makes tickets that fit into a subprotocol and cannot be guessed', () => {
  const { issue } = setUp(1_000);
  const issued = Array.from({ length: 1_000 }, (_, grant) => issue(grant, 'one'));
  expect(new Set(issued).size).toBe(1_000);
  for (const ticket of issued) expect(ticket).toMatch(/^[\w-]{43}$/);
});
