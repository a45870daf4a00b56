import { API_PATHS, createSessionResponseSchema, guestResponseSchema } from '@parley/shared';
import { expect, test } from 'vitest';
import { FaultyRelay, type FaultyRelayOptions } from './faults/faulty-relay.ts';
import { eventually } from './support/eventually.ts';
import { MovableClock } from './support/movable-clock.ts';
import { refusalOf } from './support/limits.ts';
import { TestCall } from './support/test-call.ts';
import { TestLedger } from './support/test-ledger.ts';

/** With the prices of the test, an answer reserves $0.38. */
const LESS_THAN_ANSWER_USD = 0.35;

async function start(guestsDayUsd: number, options: FaultyRelayOptions = {}) {
  const ledger = new TestLedger();
  const clock = new MovableClock();
  const relay = await FaultyRelay.start({
    money: ledger.money,
    areLogsKept: false,
    clock,
    ...options,
    env: {
      TRUSTED_PROXIES: '127.0.0.1',
      GUESTS: 'on',
      BUDGET_GUEST_DAY_USD: String(guestsDayUsd),
      ...options.env,
    },
  });
  const { url } = relay.relay;
  const ask = async (address: string) => {
    const headers = { 'x-forwarded-for': address };
    const guest = await fetch(new URL(API_PATHS.guest, url), { method: 'POST', headers });
    const { token } = guestResponseSchema.parse(await guest.json());
    const authorization = `Bearer ${token}`;
    return {
      headers,
      asked: await fetch(new URL(API_PATHS.sessions, url), {
        method: 'POST',
        headers: { ...headers, authorization },
      }),
    };
  };
  const call = async (address: string) => {
    const { headers, asked } = await ask(address);
    return TestCall.start(url, { headers }, createSessionResponseSchema.parse(await asked.json()));
  };
  return {
    ledger,
    clock,
    relay,
    ask,
    call,
    [Symbol.asyncDispose]: () => relay[Symbol.asyncDispose](),
  };
}

test('open utterances of one silent frame keep nobody from talking', async () => {
  // The utterances of the test cost $6 a minute: of the longest, one would be more than this.
  await using run = await start(6);
  const strangers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => run.call(`192.0.2.${index >> 1}`)),
  );
  for (const stranger of strangers) {
    stranger.startSpeech(1);
    stranger.sendFrame(1, new Int16Array(1_600));
  }
  await eventually(() => run.relay.vendor('transcriber').open >= strangers.length);
  const { asked } = await run.ask('198.51.100.1');
  expect(asked.status).toBe(201);
  await using bystander = await run.call('198.51.100.2');
  bystander.type('What time is it?');
  expect(await bystander.inbound.next('response.done')).toMatchObject({ status: 'completed' });
  expect(bystander.inbound.ofType('session.ending')).toEqual([]);
  await Promise.all(strangers.map((stranger) => stranger.cut()));
});

test('twenty people who type at once are all answered', async () => {
  await using run = await start(4);
  const people = await Promise.all(
    Array.from({ length: 20 }, (_, index) => run.call(`192.0.2.${index}`)),
  );
  for (const person of people) person.type('What time is it?');
  const done = await Promise.all(people.map(({ inbound }) => inbound.next('response.done')));
  expect(done.map(({ status }) => status)).toEqual(people.map(() => 'completed'));
  expect(people.flatMap(({ inbound }) => inbound.ofType('session.ending'))).toEqual([]);
  await Promise.all(people.map((person) => person.cut()));
});

test('an answer waits until another turn has given back what it had reserved', async () => {
  const asked: string[] = [];
  const answer = (question: string) => {
    asked.push(question);
    return 'It is noon.';
  };
  await using run = await start(LESS_THAN_ANSWER_USD, {
    primary: { answer, firstTokenDelayMs: 60_000 },
  });
  await using other = await run.call('192.0.2.1');
  other.type('What time is it?');
  await eventually(() => asked.length > 0);
  await using person = await run.call('192.0.2.2');
  person.type('And where am I?');
  await person.inbound.next('response.created');
  expect(asked).toEqual(['What time is it?']);
  other.send({ type: 'response.cancel' });
  await eventually(() => asked.length > 1);
  expect(asked[1]).toBe('And where am I?');
});

test('what is really spent ends calls and refuses others until tomorrow, as ever', async () => {
  await using run = await start(0.2);
  await using call = await run.call('192.0.2.1');
  const { closed } = call;
  call.speak(1, new Int16Array(48_000).fill(1_000));
  expect(await call.inbound.next('session.ending')).toMatchObject({ reason: 'budget' });
  expect(await run.clock.skip(closed)).toBe(4402);
  const { asked } = await run.ask('192.0.2.2');
  expect(Number(asked.headers.get('retry-after'))).toBeGreaterThan(10);
  expect(await refusalOf(asked)).toMatchObject({ code: 'budget_exhausted', status: 402 });
});
