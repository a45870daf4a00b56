import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Payer } from '../../src/people/metering/budgets.ts';
import { RESERVATION, startRedis, USERS, World } from '../support/relays-money.ts';

const DAY_MS = 86_400_000;

let server: Awaited<ReturnType<typeof startRedis>>;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server[Symbol.asyncDispose]());

const which = fc.nat(30);
const relay = fc.nat(2);
const stepOf = <T extends string>(kind: T) => fc.record({ kind: fc.constant(kind), relay, which });
const WEIGHTS = {
  open: 20,
  reserve: 60,
  use: 60,
  turn: 160,
  settle: 80,
  close: 5,
  round: 60,
  'round-meanwhile': 30,
  'lose-answer': 5,
  crash: 4,
  cut: 4,
  'leases-end': 6,
  back: 8,
  'redis-away': 4,
  'redis-restarted': 2,
  second: 8,
  'next-day': 2,
} as const;
const step = fc.oneof(
  ...Object.entries(WEIGHTS).map(([kind, weight]) => ({
    weight,
    arbitrary: stepOf(kind as keyof typeof WEIGHTS),
  })),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** How often something happened that makes Redis count too much, never too little. */
interface Losses {
  crashes: number;
  restarts: number;
}

async function happen(world: World, { kind, relay: index, which: number }: Step, losses: Losses) {
  const here = world.relays[index]!;
  switch (kind) {
    case 'open': {
      const payer = USERS[number % USERS.length]!;
      if (here.budgets.exhausted(payer) === undefined) here.open(payer);
      return;
    }
    case 'reserve':
      here.reserve(number);
      return;
    case 'use':
      return here.use(number, number % 7);
    case 'turn':
      if (here.reserve(number) === 'reserved') here.use(here.turns.length - 1, RESERVATION);
      return;
    case 'settle':
      return here.settle(number);
    case 'close':
      return here.close(number);
    case 'round':
      return here.allotments.refresh();
    case 'round-meanwhile':
      void here.allotments.refresh();
      return;
    case 'lose-answer':
      here.losesAnswer = true;
      return;
    case 'crash':
      losses.crashes += 1;
      world.crash(here);
      await server.redis.del(`parley:replica:${here.id}`);
      await world.start();
      // In its first second the others do not know where it is.
      await world.rounds(2);
      return;
    case 'cut':
      here.isCut = true;
      return;
    case 'leases-end':
      for (const { isCut, id } of world.relays)
        if (isCut) await server.redis.del(`parley:replica:${id}`);
      return;
    case 'back':
      world.isAway = false;
      for (const each of world.relays) {
        each.isCut = false;
        await server.redis.set(`parley:replica:${each.id}`, 'here');
      }
      return;
    case 'redis-away':
      world.isAway = true;
      return;
    case 'redis-restarted': {
      losses.restarts += 1;
      world.isAway = true;
      await server.redis.flushAll();
      world.isAway = false;
      for (const each of world.relays) {
        each.isCut = false;
        await server.redis.set(`parley:replica:${each.id}`, 'here');
      }
      return;
    }
    case 'second':
      return world.clock.advance(500);
    case 'next-day':
      world.nowMs += DAY_MS;
      return;
  }
}

it('never overspend by more than one reservation each, whatever happens', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 50, maxLength: 250 }), async (steps) => {
      await server.redis.flushAll();
      const world = new World(server);
      const losses = { crashes: 0, restarts: 0 };
      for (let relays = 0; relays < 3; relays++) {
        const each = await world.start();
        for (const payer of USERS) each.open(payer);
      }
      await world.rounds(1);
      for (const each of steps) {
        await happen(world, each, losses);
        expect(world.overspent).toBeLessThanOrEqual(3 * RESERVATION);
      }
      world.isAway = false;
      for (const each of world.relays) {
        each.isCut = each.losesAnswer = false;
        await server.redis.set(`parley:replica:${each.id}`, 'here');
        each.closeAll();
      }
      await world.rounds(3);
      await world.untilGivenBack();
      for (const [name, isTheirs] of [
        ['instance', () => true],
        ['guests', ({ kind }: Payer) => kind === 'guest'],
        ['user:anna', ({ userId }: Payer) => userId === 'anna'],
      ] as const) {
        const { spent, held } = await world.account(name);
        expect(held, name).toBe(0);
        const known = world.spent(isTheirs);
        expect(spent, name).toBeGreaterThanOrEqual(known);
        const mayBeMore = losses.crashes + losses.restarts > 0;
        expect(spent, name).toBeLessThanOrEqual(mayBeMore ? Infinity : known);
      }
    }),
    { numRuns: 25, interruptAfterTimeLimit: 40_000 },
  );
}, 60_000);
