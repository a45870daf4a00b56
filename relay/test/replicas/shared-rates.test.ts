import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { readConfig } from '../../src/base/config/config.ts';
import { systemClock } from '../../src/base/lib/clock.ts';
import { silentLogger } from '../../src/base/lib/logger.ts';
import { Problems } from '../../src/base/lib/problems.ts';
import type { Identity } from '../../src/people/auth/identity.ts';
import { LimitReached } from '../../src/people/limits/limit-reached.ts';
import { Limiter } from '../../src/people/limits/limiter.ts';
import { toPolicy } from '../../src/people/limits/policy.ts';
import { readPolicy } from '../../src/people/limits/read-policy.ts';
import { SharedMemory, SharedMemoryAway } from '../../src/replicas/shared-memory.ts';
import { SharedRates } from '../../src/replicas/shared-rates.ts';
import { startRedis } from '../support/relays-money.ts';

const ADDRESS = '192.0.2.1';
const GUEST: Identity = {
  userId: 'guest_1',
  kind: 'guest',
  role: 'user',
  plan: 'guest',
  expiresAtMs: Number.MAX_SAFE_INTEGER,
};

let server: Awaited<ReturnType<typeof startRedis>>;
beforeAll(async () => {
  server = await startRedis();
});
beforeEach(() => server.redis.flushAll());
afterAll(() => server[Symbol.asyncDispose]());

const policy = toPolicy(readPolicy(readConfig({ ADDRESS_LIMITS: 'on' })));

/** The limiters of three relays that are there. */
async function three() {
  const ids = ['relay_1', 'relay_2', 'relay_3'];
  const relays = ids.map((id) => {
    const rates = new SharedRates({ memory: server.memory, replicas: { id } });
    return {
      id,
      rates,
      limiter: new Limiter({ clock: systemClock, policy: () => policy, shared: rates }),
    };
  });
  for (const id of ids) await server.redis.set(`parley:replica:${id}`, 'here');
  return relays as [(typeof relays)[0], (typeof relays)[0], (typeof relays)[0]];
}

/** What refuses each of so many at once, or `through`. */
async function outcomes(times: number, action: (time: number) => unknown) {
  const all = await Promise.all(
    Array.from({ length: times }, async (_, time) => {
      try {
        await action(time);
        return 'through';
      } catch (error) {
        return error instanceof LimitReached ? error.limit : String(error);
      }
    }),
  );
  const groups = [...Map.groupBy(all, (outcome) => outcome)];
  return Object.fromEntries(groups.map(([outcome, { length }]) => [outcome, length]));
}

it('count guests and wrong codes of an address at all relays together', async () => {
  const relays = await three();
  const guests = (time: number) =>
    relays[time % 3]!.limiter.take('address-guest-sign-ins', ADDRESS);
  expect(await outcomes(200, guests)).toEqual({ through: 60, 'address-guest-sign-ins': 140 });
  for (let wrong = 0; wrong < 20; wrong++) {
    const { limiter } = relays[wrong % 3]!;
    await limiter.check('address-wrong-access-codes', ADDRESS);
    await limiter.count('address-wrong-access-codes', ADDRESS);
  }
  for (const { limiter } of relays) {
    await expect(limiter.check('address-wrong-access-codes', ADDRESS)).rejects.toThrow(
      LimitReached,
    );
  }
  await relays[0].limiter.takeBack('address-wrong-access-codes', ADDRESS);
  await relays[1].limiter.check('address-wrong-access-codes', ADDRESS);
});

it('count a session for its user and its address in one step, or for neither', async () => {
  const relays = await three();
  const take = (time: number) => relays[time % 3]!.limiter.takeSession(GUEST, ADDRESS, 10);
  expect(await outcomes(100, take)).toEqual({ through: 60, 'user-sessions-per-hour': 40 });
  let name = 1;
  const others = (time: number) =>
    relays[time % 3]!.limiter.takeSession({ ...GUEST, userId: `guest_${++name}` }, ADDRESS, 10);
  // Those that were refused count for the address no more than for the user.
  expect(await outcomes(300, others)).toEqual({ through: 240, 'address-sessions': 60 });
});

it('give a session back that was counted and not begun', async () => {
  const [{ limiter }] = await three();
  const begun = async () => {
    const taken = await limiter.takeSession(GUEST, ADDRESS, 10);
    taken.undo();
  };
  for (let time = 0; time < 5; time++) {
    expect(await outcomes(20, begun)).toEqual({ through: 20 });
  }
});

it('let a user have as many sessions as they may over all relays that are there', async () => {
  const [a, b, c] = await three();
  const room = { userId: GUEST.userId, most: 3 };
  const begun = await Promise.all(
    [a, b, c, a, b, c].map(({ rates }, index) => rates.enter(room, `sess_${index}`)),
  );
  expect(begun).toEqual([true, true, true, false, false, false]);
  await expect(a.limiter.takeSession(GUEST, ADDRESS, 3)).rejects.toMatchObject({
    limit: 'user-sessions',
  });
  // Redis learns the script of the first one after the commands that follow it.
  b.rates.leave('guest_2', 'sess_10');
  await b.rates.enter({ userId: 'guest_2', most: 1 }, 'sess_11');
  // One of them ends in the place of another, one ends, and the relay of the third is gone.
  expect(await a.rates.enter(room, 'sess_new', 'sess_0')).toBe(true);
  b.rates.leave(GUEST.userId, 'sess_1');
  expect(await b.rates.enter(room, 'sess_6')).toBe(true);
  expect(await b.rates.enter(room, 'sess_7')).toBe(false);
  await server.redis.del(`parley:replica:${c.id}`);
  expect(await b.rates.enter(room, 'sess_8')).toBe(true);
  expect(await b.rates.enter(room, 'sess_9')).toBe(false);
});

it('count anew the sessions that run, and forget those that ended while Redis was away', async () => {
  const [{ rates }, b] = await three();
  let isAway = false;
  const memory = {
    keyOf: (key: string) => server.memory.keyOf(key),
    run: (...asked: Parameters<typeof server.memory.run>) =>
      isAway ? Promise.reject(new SharedMemoryAway()) : server.memory.run(...asked),
  };
  const cut = new SharedRates({ memory, replicas: { id: b.id } });
  const room = { userId: GUEST.userId, most: 2 };
  await cut.enter(room, 'sess_1');
  isAway = true;
  cut.leave(GUEST.userId, 'sess_1');
  expect(await cut.enter(room, 'sess_2')).toBe(true);
  isAway = false;
  cut.countAnew([{ id: 'sess_2', identity: GUEST }]);
  expect(await cut.enter(room, 'sess_3')).toBe(true);
  expect(await rates.enter(room, 'sess_4')).toBe(false);
});

it('let through exactly as many as a rate says, whatever relays ask in whichever order', async () => {
  let key = 0;
  const relays = await three();
  const asks = fc.array(fc.record({ relay: fc.nat(2), by: fc.nat(1), isWaited: fc.boolean() }), {
    maxLength: 60,
  });
  await fc.assert(
    fc.asyncProperty(asks, fc.integer({ min: 1, max: 12 }), async (steps, count) => {
      const name = ++key;
      const rate = { count, perMs: 3_600_000 };
      const counted = [0, 0];
      const running: Promise<void>[] = [];
      for (const { relay, by, isWaited } of steps) {
        // Each is counted for all together, and for one of two.
        const keys = [`all:${name}`, `one:${name}:${by}`].map((each) => ({ key: each, rate }));
        const asked = relays[relay]!.rates.ask('take', keys).then(({ kind }) => {
          if (kind === 'done') counted[by]! += 1;
        });
        running.push(asked);
        if (isWaited) await asked;
      }
      await Promise.all(running);
      expect(counted[0]! + counted[1]!).toBe(Math.min(count, steps.length));
    }),
    { numRuns: 100 },
  );
});

it('go on by counts of their own while Redis is away', async () => {
  const [{ limiter }] = await three();
  await using away = new SharedMemory({
    url: 'redis://127.0.0.1:1',
    clock: systemClock,
    logger: silentLogger,
    problems: new Problems(systemClock),
  });
  const rates = new SharedRates({ memory: away, replicas: { id: 'relay_4' } });
  const cut = new Limiter({ clock: systemClock, policy: () => policy, shared: rates });
  await outcomes(60, () => limiter.take('address-guest-sign-ins', ADDRESS));
  const guests = () => cut.take('address-guest-sign-ins', ADDRESS);
  expect(await outcomes(100, guests)).toEqual({ through: 60, 'address-guest-sign-ins': 40 });
  const taken = await cut.takeSession(GUEST, ADDRESS, 1);
  taken.count();
  await cut.enter({ userId: GUEST.userId, most: 1 }, 'sess_1', undefined);
});
