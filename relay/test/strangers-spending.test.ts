import { API_PATHS, createSessionResponseSchema, guestResponseSchema } from '@parley/shared';
import { expect, it } from 'vitest';
import { TurnEstimate } from '../src/people/metering/turn-estimate.ts';
import { FaultyRelay } from './faults/faulty-relay.ts';
import { createSession } from './support/api.ts';
import { Issuer } from './support/issuer.ts';
import { plans, refusalOf } from './support/limits.ts';
import { TestCall } from './support/test-call.ts';
import { TestLedger } from './support/test-ledger.ts';

const ATTEMPTS = 300;
const AT_ONCE = 25;
const GUESTS_USD = 8;
const ANSWER =
  'It is noon, as it is once a day, and it will be again tomorrow, unless something happens.';
const MICRO_PER_USD = 1_000_000;

/** What a turn reserves at least: of a conversation of one question. */
function reservationMicroUsd(): number {
  const { generator, synthesizer } = new TurnEstimate(new TestLedger().money).answer(1_000);
  return generator + synthesizer;
}

it('hundreds of strangers spend what guests may, and one turn more; accounts go on', async () => {
  using issuer = await Issuer.start();
  const ledger = new TestLedger();
  const unlimited = { session_usd: null, day_usd: null, turns_per_minute: null };
  await using relay = await FaultyRelay.start({
    money: ledger.money,
    areLogsKept: false,
    primary: { answer: () => ANSWER, speak: () => new Int16Array(2_400).fill(500) },
    env: {
      AUTH_ISSUER: issuer.url,
      AUTH_AUDIENCE: 'parley',
      GUESTS: 'on',
      // Each stranger comes from an address of their own.
      TRUSTED_PROXIES: '127.0.0.1',
      ...plans({
        plans: { guest: unlimited, default: { ...unlimited, sessions_per_hour: null } },
        instance: { guests_day_usd: GUESTS_USD, day_usd: null },
        addresses: { sessions_per_hour: null },
      }),
    },
  });
  const { url } = relay.relay;
  const outcomes = new Map<string, number>();
  const count = (outcome: string) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);

  const attempt = async (index: number) => {
    const from = { 'x-forwarded-for': `10.1.${index >> 8}.${index & 255}` };
    const signedIn = await fetch(new URL(API_PATHS.guest, url), { method: 'POST', headers: from });
    const { token } = guestResponseSchema.parse(await signedIn.json());
    const headers = { ...from, authorization: `Bearer ${token}` };
    const asked = await fetch(new URL(API_PATHS.sessions, url), { method: 'POST', headers });
    if (asked.status !== 201) return count((await refusalOf(asked)).code);
    const grant = createSessionResponseSchema.parse(await asked.json());
    await using call = await TestCall.start(url, { headers: from }, grant);
    call.type('What time is it?');
    const closed = call.closed.then((code) => `closed with ${code}`);
    const done = call.inbound.next('response.done').then(({ status }) => status);
    count(await Promise.race([done.catch(() => closed), closed]));
  };

  // A person with an account opens a session and is answered, again and again.
  const account = await issuer.token({ sub: 'person' });
  const over = new AbortController();
  const served: string[] = [];
  const accountTalks = async () => {
    do {
      await using call = await TestCall.start(url, {}, await createSession(url, account));
      call.type('Hello');
      served.push((await call.inbound.next('response.done')).status);
      await call.hangUp();
    } while (!over.signal.aborted);
  };
  const talking = accountTalks();
  for (let first = 0; first < ATTEMPTS; first += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => attempt(first + index)));
  }
  over.abort();
  await talking;

  expect([...outcomes.values()].reduce((sum, times) => sum + times, 0)).toBe(ATTEMPTS);
  expect(outcomes.get('completed')).toBeGreaterThan(0);
  // The last of it is kept for the goodbyes of the calls that run.
  const refused = ['budget_exhausted', 'capacity_exhausted'].map((code) => outcomes.get(code) ?? 0);
  expect(refused[0]! + refused[1]!).toBeGreaterThan(ATTEMPTS / 2);
  const guests = ledger.entries.filter(({ userId }) => userId.startsWith('guest_'));
  const spentMicroUsd = guests.reduce((sum, { microUsd }) => sum + microUsd, 0);
  expect(spentMicroUsd).toBeLessThanOrEqual(GUESTS_USD * MICRO_PER_USD + reservationMicroUsd());
  expect(served.length).toBeGreaterThan(3);
  expect(new Set(served)).toEqual(new Set(['completed']));
}, 60_000);
