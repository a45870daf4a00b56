import { API_PATHS, healthResponseSchema } from '@parley/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sleep, systemClock } from '../../src/base/lib/clock.ts';
import { RedisServer } from '../support/redis-server.ts';
import { askedOf, grantFor, moveTo, startReplica, type Replica } from '../support/replica.ts';
import { TestCall } from '../support/test-call.ts';

let redis: RedisServer;
let a: Replica;
let b: Replica;
beforeAll(async () => {
  redis = await RedisServer.start();
  a = await startReplica(redis);
  b = await startReplica(redis);
});
afterAll(async () => {
  await Promise.all([a[Symbol.asyncDispose](), b[Symbol.asyncDispose]()]);
  await redis[Symbol.asyncDispose]();
});

async function untilBothSay(isAway: boolean): Promise<void> {
  for (const { url } of [a, b]) {
    for (;;) {
      const response = await fetch(new URL(API_PATHS.health, url));
      const { problems } = healthResponseSchema.parse(await response.json());
      if (problems.some(({ code }) => code === 'redis_away') === isAway) break;
      await sleep(systemClock, 20, new AbortController().signal);
    }
  }
}

describe('while Redis is away', () => {
  it('calls go on, new ones begin, and each is found at any relay', async () => {
    await using before = await TestCall.start(a.url);
    before.type('One');
    await before.inbound.next('response.done');
    await redis.stop();
    await untilBothSay(true);

    // A call that ran goes on, also over another relay.
    before.type('Two');
    await before.inbound.next('response.done');
    await before.cut();
    moveTo(before, b);
    await before.resume();
    before.type('Three');
    await before.inbound.next('response.done');
    expect(askedOf(a).at(-1)).toBe('One | One! | Two | Two! | Three');

    // A new one begins, wherever its WebSocket lands.
    await using since = await TestCall.start('', {}, await grantFor(a, b));
    since.type('Four');
    await since.inbound.next('response.done');
    expect(askedOf(a).at(-1)).toBe('Four');

    await redis.restart();
    await untilBothSay(false);
    await using after = await TestCall.start('', {}, await grantFor(a, b));
    after.type('Five');
    await after.inbound.next('response.done');
    expect(askedOf(b)).toEqual(['Five']);
    // Its snapshot is kept again at the end of the next turn, and another relay can go on.
    before.type('Six');
    await before.inbound.next('response.done');
    await before.cut();
    await a.stop(1_000);
    await before.resume();
    before.type('Seven');
    await before.inbound.next('response.done');
    expect(askedOf(b).at(-1)).toContain('| Six | Six! | Seven');
  });
});
