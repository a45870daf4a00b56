import { API_PATHS } from '@parley/shared';
import { createClient } from '@redis/client';
import { expect, it } from 'vitest';
import { PriceList } from '../../src/people/metering/price-list.ts';
import { readPrices } from '../../src/people/metering/read-prices.ts';
import { createSession, signIn } from '../support/api.ts';
import { askForSession, guestPlan, refusalOf } from '../support/limits.ts';
import { RedisServer } from '../support/redis-server.ts';
import { startReplica, type Replica } from '../support/replica.ts';
import { TestCall } from '../support/test-call.ts';
import { TestLedger } from '../support/test-ledger.ts';

/** Two relays of a Redis of their own. */
async function two(options: Parameters<typeof startReplica>[1]) {
  await using parts = new AsyncDisposableStack();
  const redis = parts.use(await RedisServer.start());
  const [a, b] = [
    parts.use(await startReplica(redis, options)),
    parts.use(await startReplica(redis, options)),
  ];
  const open = parts.move();
  return { a, b, redis, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

/** Asks until the answer is of this kind, for five seconds: relays learn from each other in one. */
async function untilAnswered(url: string, token: string, status: number): Promise<Response> {
  const endMs = performance.now() + 5_000;
  for (;;) {
    const response = await askForSession(url, token);
    if (response.status === status || performance.now() > endMs) return response;
  }
}

it('a person has as many calls as they may, wherever they are', async () => {
  await using relays = await two({ env: guestPlan({ concurrent_sessions: 2 }) });
  const { a, b } = relays;
  const token = await signIn(a.url);
  const talk = async ({ url }: Replica) => {
    const call = await TestCall.start(url, {}, await createSession(url, token));
    call.type('Hello');
    await call.inbound.next('response.done');
    return call;
  };
  const calls = [await talk(a), await talk(b)];
  for (const { url } of [a, b]) {
    expect(await refusalOf(await askForSession(url, token))).toMatchObject({
      code: 'too_many_sessions',
    });
  }
  await calls[0]!.hangUp();
  expect((await untilAnswered(b.url, token, 201)).status).toBe(201);
  await Promise.all(calls.map((call) => call[Symbol.asyncDispose]()));
});

it('wrong access codes count wherever they are tried', async () => {
  const env = { ACCESS_CODE: 'open sesame', ADDRESS_LIMITS: 'on' };
  await using relays = await two({ env });
  const guest = ({ url }: Replica, code: string) =>
    fetch(new URL(API_PATHS.guest, url), {
      method: 'POST',
      body: JSON.stringify({ access_code: code }),
    });
  for (let attempt = 0; attempt < 20; attempt++) {
    const { status } = await guest(attempt % 2 === 0 ? relays.a : relays.b, `wrong ${attempt}`);
    expect(status).toBe(401);
  }
  for (const relay of [relays.a, relays.b]) {
    expect((await guest(relay, 'open sesame')).status).toBe(429);
  }
});

/** What one answer costs: three tokens. */
const ANSWER_MICRO_USD = 3_000;

function moneyOf(ledger: TestLedger) {
  const free = ['scripted-transcriber', 'scripted-synthesizer'];
  const rate = { million_input_tokens: 0, million_output_tokens: 1_000 };
  const prices = [
    { provider: 'scripted-generator', usd: rate },
    ...free.map((provider) => ({ provider, usd: 'free' })),
  ];
  const unknown = { unit: 'audio-minute', usd: 0 } as const;
  return {
    ledger,
    prices: new PriceList({
      overrides: readPrices(JSON.stringify(prices)),
      ceilings: { transcriber: unknown, generator: unknown, synthesizer: unknown },
    }),
    inUse: [{ stage: 'generator', provider: 'scripted-generator', model: 'scripted' }] as const,
  };
}

it('a turn costs one command in Redis, the snapshot of its call', async () => {
  await using relays = await two({
    env: guestPlan({ turns_per_minute: null }),
    money: moneyOf(new TestLedger()),
  });
  using redis = new DisposableStack();
  const client = redis.adopt(createClient({ url: relays.redis.url }), (one) => one.destroy());
  await client.connect();
  const commands = async () => {
    const stats = await client.info('commandstats');
    return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1]);
  };
  await using call = await TestCall.start(relays.a.url);
  call.send({ type: 'session.update', session: { output_modalities: ['text'] } });
  const turn = async () => {
    call.type('Hello');
    await call.inbound.next('response.done');
  };
  await turn();
  const before = { commands: await commands(), ms: performance.now() };
  const turns = 40;
  for (let times = 0; times < turns; times++) await turn();
  const seconds = Math.ceil((performance.now() - before.ms) / 1_000);
  // Each relay says once a second that it is there, and what it has spent.
  const regular = 2 * 2 * (seconds + 1);
  expect((await commands()) - before.commands).toBeLessThanOrEqual(turns + regular);
});

it('a budget of the day is one, and each call’s cost stands in the ledger to the micro-dollar', async () => {
  const ledger = new TestLedger();
  const answers = 8;
  const capMicroUsd = answers * ANSWER_MICRO_USD;
  const env = guestPlan({
    day_usd: capMicroUsd / 1_000_000,
    open_tickets: null,
    sessions_per_hour: null,
  });
  await using relays = await two({ env, money: moneyOf(ledger) });
  const { a, b } = relays;
  const token = await signIn(a.url);
  const calls = await Promise.all(
    [a, b].map(async ({ url }) => TestCall.start(url, {}, await createSession(url, token))),
  );
  for (let turn = 0; ledger.microUsd < capMicroUsd; turn++) {
    const { inbound } = calls[turn % 2]!;
    calls[turn % 2]!.type('Hello');
    await inbound.next('response.done');
    expect(turn).toBeLessThan(answers + 2);
  }
  expect(ledger.microUsd).toBeLessThanOrEqual(capMicroUsd + 2 * ANSWER_MICRO_USD);
  const costs = calls.map(({ inbound }) => inbound.ofType('session.usage').at(-1)?.cost_usd ?? 0);
  expect(Math.round(costs.reduce((sum, usd) => sum + usd, 0) * 1_000_000)).toBe(ledger.microUsd);
  for (const { url } of [a, b]) {
    expect(await refusalOf(await untilAnswered(url, token, 402))).toMatchObject({
      code: 'budget_exhausted',
    });
  }
  await Promise.all(calls.map((call) => call[Symbol.asyncDispose]()));
});
