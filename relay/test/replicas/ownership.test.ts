import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../../src/base/lib/clock.ts';
import { silentLogger } from '../../src/base/lib/logger.ts';
import { Problems } from '../../src/base/lib/problems.ts';
import { Tickets } from '../../src/people/auth/tickets.ts';
import { Replicas } from '../../src/replicas/replicas.ts';
import { SharedMemory } from '../../src/replicas/shared-memory.ts';
import { SharedSeal } from '../../src/replicas/shared-seal.ts';
import { SharedTickets } from '../../src/replicas/shared-tickets.ts';
import { RedisServer } from '../support/redis-server.ts';

const grant = z.object({ identity: z.object({ userId: z.string() }), number: z.number() });
type Grant = z.infer<typeof grant>;

interface Relay {
  readonly replicas: Replicas;
  readonly tickets: SharedTickets<Grant>;
}

let redis: RedisServer;
const parts = new AsyncDisposableStack();
const relays: Relay[] = [];
beforeAll(async () => {
  redis = parts.use(await RedisServer.start());
  const clock = systemClock;
  for (let count = 0; count < 3; count++) {
    const memory = parts.use(
      new SharedMemory({
        ...{ url: redis.url, clock, logger: silentLogger, problems: new Problems(clock) },
      }),
    );
    const said = { peerUrl: 'http://127.0.0.1:1', version: '1', calls: 0, startedAtMs: 0 };
    const describe = () => ({ ...said, state: 'ok' }) as const;
    const seal = new SharedSeal('a secret of all relays of this test');
    const replicas = parts.use(new Replicas({ memory, seal, clock, describe }));
    const own = new Tickets<Grant>({ clock, ttlMs: 30_000, limit: 10 });
    const tickets = new SharedTickets({ memory, seal, schema: grant, ttlMs: 30_000, own });
    relays.push({ replicas, tickets });
    await memory.untilThere();
    await replicas.renew();
  }
});
afterAll(() => parts.disposeAsync());

const step = fc.record({
  type: fc.constantFrom('keep', 'adopt', 'release', 'forget', 'crash'),
  relay: fc.nat({ max: 2 }),
});

/** Runs in batches whose steps are under way at the same time. */
const batches = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 12 });

it('no call has two owners, whatever relays do at the same time', async () => {
  let call = 0;
  await fc.assert(
    fc.asyncProperty(batches, async (steps) => {
      const key = `call ${++call}`;
      const kept = { ttlMs: 60_000, isReleased: false };
      expect(await relays[0]!.replicas.keep(key, 'first', kept)).toBe(true);
      /** Those that believe that they hold it. */
      const holders = new Set([0]);
      for (const batch of steps) {
        const wasHeldBy = new Set(holders);
        const adopted: number[] = [];
        const work = batch.map(async ({ type, relay }) => {
          const { replicas } = relays[relay]!;
          if (type === 'adopt') {
            const where = await replicas.whereIs(key);
            // As if it could not be reached.
            if (where.kind === 'unknown' || where.owner === replicas.id) return;
            const snapshot = await replicas.adopt(key, where.owner);
            if (snapshot !== undefined) adopted.push(relay);
          } else if (!wasHeldBy.has(relay)) return;
          else if (type === 'crash') holders.delete(relay);
          else if (type === 'forget') await replicas.forget(key).then(() => holders.delete(relay));
          else {
            const isReleased = type === 'release';
            const isOurs = await replicas.keep(key, 'next', { ...kept, isReleased });
            if (isReleased || !isOurs) holders.delete(relay);
          }
        });
        await Promise.all(work);
        for (const relay of adopted) holders.add(relay);
        // Whoever asks learns that it lost the call: one at the most still has it.
        const believers = [...holders];
        const answers = await Promise.all(
          believers.map((relay) => relays[relay]!.replicas.keep(key, 'asked', kept)),
        );
        believers.forEach((relay, index) => {
          if (answers[index] === false) holders.delete(relay);
        });
        expect(holders.size).toBeLessThanOrEqual(1);
      }
      for (const { replicas } of relays) await replicas.forget(key);
    }),
    { numRuns: 60 },
  );
});

it('a ticket is redeemed once, at whichever relays it is shown at the same time', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat({ max: 2 }), fc.array(fc.nat({ max: 2 }), { maxLength: 5 })), {
        maxLength: 6,
      }),
      async (issues) => {
        const results = await Promise.all(
          issues.map(async ([issuer, shownAt], number) => {
            const identity = { userId: `guest ${number % 2}` };
            const issued = await relays[issuer]!.tickets.issue(
              { identity, number },
              identity.userId,
              9,
            );
            const { ticket } = issued as { readonly ticket: string };
            const grants = await Promise.all(
              shownAt.map((relay) => relays[relay]!.tickets.redeem(ticket)),
            );
            return grants.filter((found) => found !== undefined);
          }),
        );
        issues.forEach(([, shownAt], number) => {
          const once = [{ identity: { userId: `guest ${number % 2}` }, number }];
          expect(results[number]).toEqual(shownAt.length === 0 ? [] : once);
        });
        // Those that nobody showed count no longer.
        for (const owner of ['guest 0', 'guest 1']) await relays[0]!.tickets.revokeOf(owner);
      },
    ),
    { numRuns: 60 },
  );
});
