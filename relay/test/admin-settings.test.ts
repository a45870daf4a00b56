import { once } from 'node:events';
import { API_PATHS, CLOSE_REASONS, errorResponseSchema, SUBPROTOCOL } from '@parley/shared';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { systemClock } from '../src/base/lib/clock.ts';
import { createSession, signIn } from './support/api.ts';
import { ScriptedTranscriber } from './support/scripted-transcriber.ts';
import { TestCall } from './support/test-call.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

const ADMIN_TOKEN = 'an-administrators-token';
const env = { ADMIN_TOKEN };

async function ask(relay: TestRelay, changes?: unknown, token = ADMIN_TOKEN) {
  const response = await fetch(new URL(API_PATHS.adminSettings, relay.url), {
    headers: { authorization: `Bearer ${token}` },
    ...(changes === undefined ? {} : { method: 'PATCH', body: JSON.stringify(changes) }),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

const codeOf = async (relay: TestRelay) => {
  const response = await fetch(new URL(API_PATHS.sessions, relay.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${await signIn(relay.url)}` },
  });
  return response.ok ? 'ok' : errorResponseSchema.parse(await response.json()).error.code;
};

it('is for administrators, and those who guess must wait', async () => {
  await using relay = await startTestRelay({ env });
  const wrong = await Promise.all(
    Array.from({ length: 50 }, async (_, index) => ask(relay, {}, `wrong-token-${index}`)),
  );
  const statuses = wrong.map(({ status }) => status);
  expect(statuses.filter((status) => status === 401)).toHaveLength(20);
  expect(statuses.filter((status) => status === 429)).toHaveLength(30);
  expect(Number(wrong.at(-1)!.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await relay.logs.until('address-wrong-admin-tokens')).toContain('request refused');
  expect((await ask(relay)).status).toBe(429);
});

it('changes limits of calls that run and of those that begin, and is logged', async () => {
  await using relay = await startTestRelay({ env });
  const token = await signIn(relay.url);
  await using call = await TestCall.start(relay.url, {}, await createSession(relay.url, token));
  const changes = { limits: { plans: { guest: { concurrent_sessions: 1, idle_s: 0.2 } } } };
  expect(await ask(relay, changes)).toMatchObject({
    status: 200,
    body: { limits: { plans: { guest: { concurrent_sessions: 1 } } }, changed: changes },
  });
  const line = JSON.parse(await relay.logs.until('settings changed')) as unknown;
  expect(line).toMatchObject({
    by: 'operator',
    keys: ['limits.plans.guest.concurrent_sessions', 'limits.plans.guest.idle_s'],
  });
  await expect(createSession(relay.url, token)).rejects.toThrow('ticket');
  expect(await call.closed).toBe(CLOSE_REASONS.idle.code);
  expect(await ask(relay)).toMatchObject({ body: { changed: changes } });
  expect(await ask(relay, { limits: { instance: { sessions: 0 } } })).toMatchObject({
    status: 400,
    body: { error: { code: 'invalid_request' } },
  });
});

it.each([
  '{"__proto__":{"log_level":"debug"}}',
  '{"limits":{"plans":{"__proto__":{"turns_per_hour":1}}}}',
  '{"limits":{"plans":{"__proto__":7}}}',
  '{"limits":{"plans":{"__proto__":{"__proto__":{"idle_s":1}}}}}',
  '{"limits":{"plans":{"guest":{"__proto__":null}}}}',
  '{"limits":{"instance":{"__proto__":{"sessions":1}}}}',
])('refuses %s as what it is', async (body) => {
  await using relay = await startTestRelay({ env });
  expect(await ask(relay, JSON.parse(body))).toMatchObject({
    status: 400,
    body: { error: { code: 'invalid_request' } },
  });
  expect(await ask(relay)).toMatchObject({ status: 200, body: { changed: {} } });
});

it('a ticket that comes back while the relay is drained stays valid', async () => {
  await using relay = await startTestRelay({ env });
  const grant = await createSession(relay.url, await signIn(relay.url));
  await ask(relay, { is_draining: true });
  const address = new URL(API_PATHS.realtime, relay.url.replace('http', 'ws'));
  const socket = new WebSocket(address, [SUBPROTOCOL, `ticket.${grant.ticket}`]);
  const [code] = (await once(socket, 'close')) as [number];
  expect(code).toBe(CLOSE_REASONS.draining.code);
  await ask(relay, { is_draining: false });
  await using call = await TestCall.start(relay.url, {}, grant);
  await call.hangUp();
});

it('lets no new call in while it is drained, and then again', async () => {
  await using relay = await startTestRelay({ env });
  await using call = await TestCall.start(relay.url);
  await ask(relay, { is_draining: true });
  expect(await codeOf(relay)).toBe('draining');
  const health = await (await fetch(`${relay.url}/health`)).json();
  expect(health).toMatchObject({ status: 'draining' });
  call.type('Still there?');
  await call.inbound.next('response.done');
  await ask(relay, { is_draining: false });
  expect(await codeOf(relay)).toBe('ok');
});

it('changes the order of providers for new calls', async () => {
  const transcriber = (name: string) =>
    Object.assign(new ScriptedTranscriber({ clock: systemClock }), { name });
  await using relay = await startTestRelay({
    env,
    providers: { transcriber: transcriber('first'), otherTranscribers: [transcriber('second')] },
  });
  const transcriberOf = async () => {
    await using call = await TestCall.start(relay.url);
    return call.inbound.ofType('session.created')[0]?.session.providers.transcriber;
  };
  expect(await transcriberOf()).toBe('first');
  await ask(relay, { providers: { transcriber: ['second', 'first'] } });
  expect(await transcriberOf()).toBe('second');
  await ask(relay, { providers: null });
  expect(await transcriberOf()).toBe('first');
  expect(await ask(relay, { providers: { transcriber: ['third'] } })).toMatchObject({
    status: 400,
  });
});
