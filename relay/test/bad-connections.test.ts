import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, type ClientOptions } from 'ws';
import { SUBPROTOCOL } from '@parley/shared';
import { createSession } from './support/api.ts';
import { expectBystanderUnharmed } from './support/bystander.ts';
import { MovableClock } from './support/movable-clock.ts';
import { rawRequest, upgradeRequest } from './support/raw-http.ts';
import { TestCall } from './support/test-call.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

let relay: TestRelay;
beforeAll(async () => {
  relay = await startTestRelay({ env: { ALLOWED_ORIGINS: 'https://friend.example' } });
});
afterAll(() => relay[Symbol.asyncDispose]());

/** Knocks with any subprotocols and resolves with how it ended: an HTTP status or a close code. */
async function knock(
  { url }: { readonly url: string },
  protocols: readonly string[],
  options: ClientOptions = {},
): Promise<number> {
  const target = new URL('/api/v1/realtime', url.replace('http', 'ws'));
  const socket = new WebSocket(target, [...protocols], options);
  const { promise, resolve } = Promise.withResolvers<number>();
  socket.on('unexpected-response', (request, response) => {
    request.destroy();
    resolve(response.statusCode ?? 0);
  });
  socket.on('error', () => {});
  socket.on('close', (code) => resolve(code));
  return promise;
}

describe('a ticket', () => {
  it('opens one socket, once', async () => {
    await expectBystanderUnharmed(relay.url, async () => {
      const grant = await createSession(relay.url);
      await using call = await TestCall.start(relay.url, {}, grant);
      expect(await knock(relay, [SUBPROTOCOL, `ticket.${grant.ticket}`])).toBe(4401);
      call.type('Still there?');
      expect((await call.inbound.next('response.done')).status).toBe('completed');
    });
  });

  it.each([
    ['forged', `ticket.${'A'.repeat(43)}`],
    ['empty', 'ticket.'],
    ['absurdly long', `ticket.${'A'.repeat(8_000)}`],
  ])('that is %s is refused with 4401', async (_, protocol) => {
    await expectBystanderUnharmed(relay.url, async () => {
      expect(await knock(relay, [SUBPROTOCOL, protocol])).toBe(4401);
    });
    const line = await relay.logs.until('connection refused');
    expect(JSON.parse(line)).toMatchObject({ reason: 'ticket_invalid' });
    expect(line).toMatch(/"requestId":"req_\w+"/);
    expect(line).not.toContain('AAAA');
  });

  it('that is missing is refused with 4401', async () => {
    expect(await knock(relay, [SUBPROTOCOL])).toBe(4401);
  });

  it('that has expired is refused with 4401', async () => {
    await using hasty = await startTestRelay({ env: { TICKET_TTL_S: '0.000001' } });
    const { ticket } = await createSession(hasty.url);
    expect(await knock(hasty, [SUBPROTOCOL, `ticket.${ticket}`])).toBe(4401);
  });

  it('beyond what the relay may hold is refused with 4401, and a session with 503', async () => {
    await using small = await startTestRelay({ env: { MAX_SESSIONS: '1' } });
    const [first, second] = [await createSession(small.url), await createSession(small.url)];
    await using call = await TestCall.start(small.url, {}, first);
    expect(await knock(small, [SUBPROTOCOL, `ticket.${second.ticket}`])).toBe(4401);
    await expect(createSession(small.url)).rejects.toThrow('ticket');
    call.type('Still there?');
    await call.inbound.next('response.done');
  });
});

describe('a page', () => {
  const origin = (value: string) => ({ headers: { origin: value } });

  it.each(['https://evil.example', 'null', 'http://127.0.0.1:1', 'nonsense'])(
    'of the foreign origin %s is refused before the upgrade',
    async (foreign) => {
      const grant = await createSession(relay.url);
      const protocols = [SUBPROTOCOL, `ticket.${grant.ticket}`];
      expect(await knock(relay, protocols, origin(foreign))).toBe(403);
      // Its ticket has not been used up either.
      await using call = await TestCall.start(relay.url, {}, grant);
      expect(call.inbound.ofType('session.created')).toHaveLength(1);
    },
  );

  it.each(['https://friend.example', 'own'])('of the origin %s may connect', async (friendly) => {
    const value = friendly === 'own' ? new URL(relay.url).origin : friendly;
    await using call = await TestCall.start(relay.url, origin(value));
    expect(call.inbound.ofType('session.created')).toHaveLength(1);
  });
});

describe('an upgrade', () => {
  it.each([
    ['to another path', { target: '/api/v1/other' }, 404],
    ['to an address that is none', { target: '//' }, 404],
    ['to an address beyond the server', { target: 'http://[oops/' }, 404],
    ['without a subprotocol', { headers: { 'Sec-WebSocket-Protocol': 'chat' } }, 400],
    ['of another version', { headers: { 'Sec-WebSocket-Version': '99' } }, 400],
    ['without a key', { headers: { 'Sec-WebSocket-Key': 'short' } }, 400],
    ['to something else', { headers: { Upgrade: 'h2c' } }, 400],
  ])('%s is refused', async (_, change, status) => {
    await expectBystanderUnharmed(relay.url, async () => {
      const answer = await rawRequest(relay.url, upgradeRequest(relay.url, change));
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      const requestId = /X-Request-Id: (\w+)/.exec(answer)?.[1];
      expect(JSON.parse(await relay.logs.until(`"${requestId}"`))).toMatchObject({ status });
    });
  });
});

describe('a second connection to a session', () => {
  it('replaces the first, which is closed with 4409', async () => {
    await expectBystanderUnharmed(relay.url, async () => {
      await using call = await TestCall.start(relay.url);
      const first = call.closed;
      await call.resume();
      expect(await first).toBe(4409);
      call.type('Hello again');
      expect((await call.inbound.next('response.done')).status).toBe('completed');
    });
  });

  it('with a wrong token finds no session', async () => {
    await using call = await TestCall.start(relay.url);
    expect(await knock(relay, [SUBPROTOCOL, `resume.${'B'.repeat(43)}`])).toBe(4404);
    call.type('Undisturbed');
    expect((await call.inbound.next('response.done')).status).toBe('completed');
  });

  it.each([
    ['names another session', 4401, { session_id: 'sess_other' }],
    ['has another token', 4401, { resume_token: 'C'.repeat(43) }],
    ['has more than was ever sent', 4404, { last_seq: 4_000_000 }],
    ['is malformed', 4400, { last_seq: -1 }],
    ['is something else', 4400, { type: 'ping', client_ms: 1 }],
  ])('whose session.resume %s is closed with %i', async (_, code, change) => {
    await using call = await TestCall.start(relay.url);
    await call.cut();
    await call.reopen();
    call.askToResume({ last_seq: 1, ...change });
    expect(await call.closed).toBe(code);
  });

  it('that sends audio before session.resume is closed with 4400', async () => {
    await using call = await TestCall.start(relay.url);
    await call.cut();
    await call.reopen();
    call.raw(new Uint8Array(12));
    expect(await call.closed).toBe(4400);
  });

  it('too late to be told everything is closed with 4404', async () => {
    await using call = await TestCall.start(relay.url);
    call.type('One');
    const { seq } = await call.inbound.next('response.done');
    call.raw(JSON.stringify({ type: 'ping', client_ms: 1, last_seq: seq }));
    await call.inbound.next('pong');
    await call.cut();
    await call.reopen();
    call.askToResume({ last_seq: seq - 1 });
    expect(await call.closed).toBe(4404);
  });
});

it('a connection that shows no life is cut, and can be resumed; others go on', async () => {
  const clock = new MovableClock();
  await using watchful = await startTestRelay({ env: { HEARTBEAT_S: '5' }, clock });
  await using other = await TestCall.start(watchful.url);
  await using call = await TestCall.start(watchful.url, { autoPong: false });
  expect(await clock.skip(call.closed)).toBe(1006);
  await call.resume();
  // This connection answers pings, and outlives the other's time.
  const pinged = once(call.socket, 'ping').then(() => once(call.socket, 'ping'));
  await clock.skip(Promise.race([pinged, call.closed]));
  for (const live of [call, other]) {
    live.type('Still there?');
    expect((await live.inbound.next('response.done')).status).toBe('completed');
  }
});
