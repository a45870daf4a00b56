import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { CAPS, RESERVATION, startRedis, USERS, World } from '../support/relays-money.ts';

let server: Awaited<ReturnType<typeof startRedis>>;
beforeAll(async () => {
  server = await startRedis();
});
beforeEach(() => server.redis.flushAll());
afterAll(() => server[Symbol.asyncDispose]());

const ANNA = USERS[0]!;

it('share a budget: what one spends, the other cannot', async () => {
  const world = new World(server);
  const [a, b] = [await world.start(), await world.start()];
  a.open(ANNA);
  b.open(ANNA);
  await world.rounds(2);
  for (let turn = 0; turn < 100; turn++) {
    for (const relay of [a, b]) {
      relay.reserve(0);
      relay.use(0, RESERVATION);
      relay.settle(0);
      await relay.allotments.refresh();
    }
  }
  expect(world.spent()).toBeGreaterThanOrEqual(CAPS.day);
  expect(world.overspent).toBeLessThanOrEqual(2 * RESERVATION);
  expect(a.reserve(0)).toBe('spent');
  expect(b.reserve(0)).toBe('spent');
  a.closeAll();
  b.closeAll();
  await world.rounds(2);
  expect(await world.account('user:anna')).toEqual({ spent: world.spent(), held: 0 });
  expect(await world.account('instance')).toEqual({ spent: world.spent(), held: 0 });
  // One that begins now is refused at once.
  expect(a.budgets.exhausted(ANNA)).toBe('user-day');
  const c = await world.start();
  await c.budgets.refresh(ANNA);
  expect(c.budgets.exhausted(ANNA)).toBe('user-day');
});

it('ask Redis once a second, not for each turn, and once for each call that begins', async () => {
  const world = new World(server);
  world.caps = { day: 100_000, guests: 100_000, instance: 100_000 };
  world.turnMicroUsd = RESERVATION;
  const [a] = [await world.start(), await world.start()];
  const before = a.commands;
  for (let second = 0; second < 10; second++) {
    if (second === 0) for (const payer of USERS) a.open(payer);
    for (let turn = 0; turn < 2 * USERS.length; turn++) {
      expect(a.reserve(turn)).toBe(second === 0 ? 'short' : 'reserved');
      a.use(a.turns.length - 1, RESERVATION);
      a.settle(a.turns.length - 1);
    }
    await a.allotments.refresh();
  }
  expect(a.commands - before).toBeLessThanOrEqual(10 + USERS.length);
  expect(a.budgets.left(ANNA).spentMicroUsd).toBe(9 * 2 * RESERVATION);
});

it('pay turns from what is drawn while Redis is away, and no others', async () => {
  const world = new World(server);
  const [a, b] = [await world.start(), await world.start()];
  a.open(ANNA);
  await a.allotments.refresh();
  const { held } = await world.account('user:anna');
  expect(held).toBe(16);
  world.isAway = true;
  b.open(USERS[1]!);
  expect(b.reserve(0)).toBe('short');
  for (let turn = 0; turn < 10; turn++) {
    a.reserve(0);
    a.use(0, RESERVATION);
    a.settle(0);
    await a.allotments.refresh();
  }
  expect(a.reserve(0)).toBe('short');
  expect(world.spent()).toBe(20);
  world.isAway = false;
  await world.rounds(1);
  expect(a.reserve(0)).toBe('reserved');
  expect(b.reserve(0)).toBe('reserved');
});

it('keep what they hold when Redis has lost its memory', async () => {
  const world = new World(server);
  world.turnMicroUsd = 4;
  const [a, b] = [await world.start(), await world.start()];
  a.open(ANNA);
  await world.rounds(2);
  await server.redis.flushAll();
  b.open(ANNA);
  for (let round = 0; round < 5; round++) await b.allotments.refresh();
  // It cannot know yet what the other holds.
  expect(b.reserve(0)).toBe('short');
  await world.rounds(2);
  const { held } = await world.account('user:anna');
  expect(held).toBeGreaterThan(0);
  await world.clock.advance(5_000);
  await world.rounds(3);
  expect((await world.account('user:anna')).held).toBeGreaterThan(held);
  expect((await world.account('user:anna')).held).toBeLessThanOrEqual(CAPS.day);
  expect(b.reserve(0)).toBe('reserved');
});

it('give back what a relay held that is gone, and count what it had not told', async () => {
  const world = new World(server);
  const [a, b, c] = [await world.start(), await world.start(), await world.start()];
  await world.rounds(1);
  a.open(ANNA);
  b.open(ANNA);
  await world.rounds(1);
  a.reserve(0);
  a.use(0, 7);
  world.crash(a);
  // One that is cut off from Redis goes on with what it holds.
  b.isCut = true;
  await server.redis.del([`parley:replica:${a.id}`, `parley:replica:${b.id}`]);
  const { held } = await world.account('user:anna');
  for (let second = 0; second < 5; second++) {
    await world.clock.advance(1_000);
    await c.allotments.refresh();
  }
  const kept = await server.redis.hGet(`parley:money:${world.day}:held:${b.id}`, 'user:anna');
  expect(kept).toBe('16:0');
  expect(await world.account('user:anna')).toEqual({ spent: 7, held: 16 });
  expect(held).toBe(2 * 16);
  expect(await server.redis.sMembers('parley:money:relays')).not.toContain(a.id);
});

it('count what one spent that died before it told a Redis that had lost its memory', async () => {
  const world = new World(server);
  const [a, b] = [await world.start(), await world.start()];
  a.open(ANNA);
  await world.rounds(2);
  await server.redis.flushAll();
  await b.allotments.refresh();
  a.reserve(0);
  a.use(0, 7);
  world.crash(a);
  await world.untilGivenBack();
  expect((await world.account('user:anna')).spent).toBe(7);
});

it('keep nothing when they stop', async () => {
  const world = new World(server);
  const [a, b] = [await world.start(), await world.start()];
  for (const payer of USERS) a.open(payer);
  await world.rounds(1);
  a.reserve(0);
  a.use(0, 3);
  await a.allotments[Symbol.asyncDispose]();
  expect(await world.account('instance')).toEqual({ spent: 3, held: 0 });
  expect(await server.redis.sMembers('parley:money:relays')).toEqual([b.id]);
});

it('count a user once who ends a call and begins another while Redis is asked', async () => {
  const world = new World(server);
  const [a] = [await world.start(), await world.start()];
  a.open(ANNA);
  const asked = a.allotments.refresh();
  a.closeAll();
  a.open(ANNA);
  await asked;
  await world.rounds(1);
  a.reserve(0);
  a.use(0, 5);
  a.closeAll();
  await world.rounds(2);
  expect(await world.account('user:anna')).toEqual({ spent: 5, held: 0 });
});
