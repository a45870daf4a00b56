import { connect } from 'node:net';
import {
  API_PATHS,
  createSessionResponseSchema,
  guestResponseSchema,
  healthResponseSchema,
  SUBPROTOCOL,
  type CreateSessionResponse,
} from '@parley/shared';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createSession } from './support/api.ts';
import { Issuer } from './support/issuer.ts';
import { askForSession, plans, refusalOf } from './support/limits.ts';
import { TestCall } from './support/test-call.ts';
import { TestLedger } from './support/test-ledger.ts';
import { startTestRelay } from './support/test-relay.ts';

const SESSIONS = 50;
const FOR_ACCOUNTS = 10;
const GUESTS = 250;
const TICKETS_EACH = 4;
const SOCKETS = 100;
const AT_ONCE = 25;

let issuer: Issuer;
beforeAll(async () => {
  issuer = await Issuer.start();
});
afterAll(() => issuer[Symbol.dispose]());

/** A relay for accounts and guests, to which all seem to come from addresses without a limit. */
const start = (more: Readonly<Record<string, string>> = {}, money?: TestLedger['money']) =>
  startTestRelay({
    env: {
      AUTH_ISSUER: issuer.url,
      AUTH_AUDIENCE: 'parley',
      GUESTS: 'on',
      MAX_SESSIONS: String(SESSIONS),
      ...more,
    },
    money,
  });

/** A guest who claims another address each time. */
async function guest(url: string, index: number): Promise<string> {
  const headers = { 'x-forwarded-for': `203.0.113.${index % 250}`, forwarded: `for=${index}` };
  const response = await fetch(new URL(API_PATHS.guest, url), { method: 'POST', headers });
  return guestResponseSchema.parse(await response.json()).token;
}

async function expectAnswered(url: string, token: string): Promise<void> {
  await using call = await TestCall.start(url, {}, await createSession(url, token));
  call.type('Hello');
  expect(await call.inbound.next('response.done')).toMatchObject({ status: 'completed' });
  await call.hangUp();
}

it('a stranger under any number of names keeps no account’s user out', async () => {
  await using relay = await start();
  const { url } = relay;
  const account = await issuer.token({ sub: 'person' });
  const { hostname, port } = new URL(url);
  await using stack = new AsyncDisposableStack();
  const idle = Array.from({ length: SOCKETS }, () => connect(Number(port), hostname));
  stack.defer(() => idle.forEach((socket) => socket.destroy()));

  const grants: CreateSessionResponse[] = [];
  const attack = async (index: number) => {
    const token = await guest(url, index);
    for (let ticket = 0; ticket < TICKETS_EACH; ticket++) {
      const response = await askForSession(url, token);
      grants.push(createSessionResponseSchema.parse(await response.json()));
    }
    // A thousand tickets lie about, and none of these guests has another.
    expect((await askForSession(url, token)).status).toBe(429);
  };
  // In turns: so many connections as all of them need are refused before anything is asked.
  for (let first = 0; first < GUESTS; first += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => attack(first + index)));
  }
  expect(grants).toHaveLength(GUESTS * TICKETS_EACH);
  await expectAnswered(url, account);

  const sockets = grants.slice(-SOCKETS).map(({ ticket }) => {
    const address = new URL(API_PATHS.realtime, url.replace('http', 'ws'));
    return new WebSocket(address, [SUBPROTOCOL, `ticket.${ticket}`]);
  });
  stack.defer(() => sockets.forEach((socket) => socket.terminate()));
  const ends = sockets.map(
    (socket) =>
      new Promise((resolve) => {
        socket.once('message', () => resolve('open'));
        socket.once('close', resolve);
      }),
  );
  const results = await Promise.all(ends);
  expect(results.filter((result) => result === 'open')).toHaveLength(SESSIONS - FOR_ACCOUNTS);
  expect(results.filter((result) => result === 4401)).toHaveLength(
    SOCKETS - SESSIONS + FOR_ACCOUNTS,
  );
  expect(await refusalOf(await askForSession(url, await guest(url, GUESTS)))).toMatchObject({
    code: 'capacity_exhausted',
    retryAfterS: 5,
  });
  await expectAnswered(url, account);
  const health = healthResponseSchema.parse(await (await fetch(`${url}/health`)).json());
  expect(health).toMatchObject({ status: 'ok', problems: [] });
}, 60_000);

it('what strangers may spend does not come out of what accounts may spend', async () => {
  const nothing = plans({ instance: { guests_day_usd: 0 } });
  await using relay = await start(nothing, new TestLedger().money);
  for (let index = 0; index < 5; index++) {
    const refusal = await refusalOf(await askForSession(relay.url, await guest(relay.url, index)));
    expect(refusal).toMatchObject({ code: 'budget_exhausted', status: 402 });
  }
  await expectAnswered(relay.url, await issuer.token({ sub: 'person' }));
});
