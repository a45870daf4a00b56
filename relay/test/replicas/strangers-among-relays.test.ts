import { createHmac } from 'node:crypto';
import { createClient } from '@redis/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { API_PATHS, SUBPROTOCOL } from '@parley/shared';
import { fingerprint } from '../../src/base/lib/ids.ts';
import { createSession, signIn } from '../support/api.ts';
import { freePort } from '../support/free-port.ts';
import { serveHttp } from '../support/http-server.ts';
import { rawRequest, upgradeRequest } from '../support/raw-http.ts';
import { RedisServer } from '../support/redis-server.ts';
import { moveTo, startReplica, type Replica } from '../support/replica.ts';
import { TestCall } from '../support/test-call.ts';

const AUTH_SECRET = 'the secret of the relays of this test';

let redis: RedisServer;
let client: ReturnType<typeof clientOf>;
let relay: Replica;

const clientOf = (url: string) => createClient({ url, RESP: 2 });

beforeAll(async () => {
  redis = await RedisServer.start();
  client = clientOf(redis.url);
  await client.connect();
  relay = await startReplica(redis, { env: { AUTH_SECRET } });
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  client.destroy();
  await redis[Symbol.asyncDispose]();
});

/** All that Redis holds. */
async function everything(): Promise<string> {
  const values = (await client.keys('*')).map(async (key) => {
    switch (await client.type(key)) {
      case 'string':
        return client.get(key);
      case 'hash':
        return client.hGetAll(key);
      case 'set':
        return client.sMembers(key);
      case 'zset':
        return client.zRange(key, 0, -1);
      default:
        throw new Error(`${key} is of another type.`);
    }
  });
  return JSON.stringify(await Promise.all(values));
}

it('another program reads neither words nor people nor addresses in Redis', async () => {
  await createSession(relay.url);
  await using call = await TestCall.start(relay.url);
  call.type('The password is swordfish');
  await call.inbound.next('response.done');
  const key = `parley:call:${fingerprint(call.grant.resume_token)}`;
  await expect.poll(() => client.exists(key)).toBe(1);
  const held = await everything();
  expect(held).toContain('owner');
  expect(held).not.toMatch(/swordfish|identity|Europe|127\.0\.0\.1|peerUrl/);
});

it('a ticket that another program writes into Redis opens nothing', async () => {
  const grant = await createSession(relay.url);
  const name = `parley:ticket:${fingerprint(grant.ticket)}`;
  const { sealed } = JSON.parse((await client.get(name))!) as { readonly sealed: string };
  const plain = JSON.stringify({ identity: { userId: 'victim', role: 'admin' } });
  const forged = { ...grant, ticket: 'x'.repeat(43) };
  const place = `parley:ticket:${fingerprint(forged.ticket)}`;
  // Words of its own, and those of another ticket.
  for (const text of [plain, sealed]) {
    await client.set(place, JSON.stringify({ owner: 'victim', sealed: text }));
    await expect(TestCall.start('', {}, forged)).rejects.toThrow(/4401/);
  }
  await using call = await TestCall.start('', {}, grant);
  expect(call.inbound.ofType('session.created')).toHaveLength(1);
});

it('a relay that another program writes into Redis is given no client', async () => {
  let asked = 0;
  const stranger = await serveHttp((_request, response) => {
    asked += 1;
    response.end();
  });
  await using call = await TestCall.start(relay.url);
  await call.cut();
  const said = { peerUrl: stranger.url, version: '1', state: 'ok', calls: 0, startedAtMs: 0 };
  await client.sAdd('parley:replicas', 'relay_stranger');
  await client.set('parley:replica:relay_stranger', JSON.stringify(said));
  const forged = { ...call.grant, resume_token: 'y'.repeat(43) };
  const key = `parley:call:${fingerprint(forged.resume_token)}`;
  await client.hSet(key, { owner: 'relay_stranger', snapshot: JSON.stringify({ version: 1 }) });
  Object.assign(call.grant, forged);
  await expect(call.resume()).rejects.toThrow(/4404/);
  expect(asked).toBe(0);
  stranger.close();
});

it('only a relay of the same secret passes requests on for hosts and pages that it has checked', async () => {
  const key = 'dGhlIHNhbXBsZSBub25jZQ==';
  const tokenFor = (secret: string, handshake: string) =>
    createHmac('sha256', secret).update(`peer ${handshake}`).digest('base64url');
  const statusWith = async (token: string) => {
    const { ticket } = await createSession(relay.url);
    const headers = {
      Host: 'evil.example',
      Origin: 'https://evil.example',
      'Sec-WebSocket-Key': key,
      'Sec-WebSocket-Protocol': `${SUBPROTOCOL}, ticket.${ticket}`,
      'Parley-Peer': token,
    };
    const answer = await rawRequest(relay.url, upgradeRequest(relay.url, { headers }), (text) =>
      text.includes('\r\n\r\n'),
    );
    return answer.split(' ')[1];
  };
  expect(await statusWith(tokenFor(AUTH_SECRET, key))).toBe('101');
  expect(await statusWith(tokenFor('another secret', key))).toBe('421');
  // Of another handshake.
  expect(await statusWith(tokenFor(AUTH_SECRET, 'AAAAAAAAAAAAAAAAAAAAAA=='))).toBe('421');
});

it('a call of a person who has signed out is not taken over', async () => {
  await using gone = await startReplica(redis, {
    peerPort: await freePort(),
    env: { AUTH_SECRET },
  });
  const token = await signIn(gone.url);
  await using call = await TestCall.start('', {}, await createSession(gone.url, token));
  const key = `parley:call:${fingerprint(call.grant.resume_token)}`;
  await expect.poll(() => client.exists(key)).toBe(1);
  await call.cut();
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(new URL(API_PATHS.signOut, relay.url), { method: 'POST', headers });
  expect(answer.status).toBe(204);
  moveTo(call, relay);
  await expect(call.resume()).rejects.toThrow(/4404/);
  await expect.poll(() => client.exists(key)).toBe(0);
});

it('a relay lets go of a call that another has taken over', async () => {
  // Nothing listens where the others look for it: it counts as gone.
  await using gone = await startReplica(redis, {
    peerPort: await freePort(),
    env: { AUTH_SECRET },
  });
  await using call = await TestCall.start(gone.url);
  call.type('In short');
  await call.inbound.next('response.created');
  await call.cut();
  moveTo(call, relay);
  await call.resume();
  const ended = await gone.logs.until('session ended');
  expect(JSON.parse(ended)).toMatchObject({ reason: 'moved' });
  call.type('Still there?');
  await call.inbound.until('the answer', ({ events }) =>
    events.find((event) => event.type === 'response.done' && event.status === 'completed'),
  );
});

it('no person is signed out and no setting changed by what another program writes', async () => {
  const token = await signIn(relay.url);
  const me = () =>
    fetch(new URL(API_PATHS.me, relay.url), { headers: { authorization: `Bearer ${token}` } });
  const { user_id: userId } = (await (await me()).json()) as { readonly user_id: string };
  const atS = Date.now() / 1_000 + 60;
  const what = { userId, kind: 'guest', atS, untilS: atS };
  const changes = JSON.stringify({ version: 9, changes: { log_level: 'trace' } });
  await client.hSet('parley:settings', { version: 9, settings: changes });
  for (const said of [
    { type: 'signed-out', what },
    { type: 'settings-changed' },
    { type: 'ask', id: 'ask_1', what: { ask: 'end', userId, reason: 'endedByOperator' } },
  ]) {
    await client.publish('parley:bus', JSON.stringify({ from: 'relay_x', ...said }));
  }
  // What a relay that has joined since has read is that of the first one, and of no other.
  await using later = await startReplica(redis, { env: { AUTH_SECRET } });
  expect(await later.logs.until('the settings of another relay cannot be used')).toContain('9');
  expect((await me()).status).toBe(200);
  expect(relay.logs.lines.filter((line) => line.includes('settings changed'))).toEqual([]);
});
