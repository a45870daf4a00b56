import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { API_PATHS, CLOSE_REASONS, healthResponseSchema, LOG_PATHS } from '@parley/shared';
import { overviewSchema } from '@parley/shared/monitoring-api';
import { Problems } from '../../src/base/lib/problems.ts';
import { systemClock } from '../../src/base/lib/clock.ts';
import { signIn } from '../support/api.ts';
import { Issuer } from '../support/issuer.ts';
import { refusalOf } from '../support/log-tail-client.ts';
import { TestCall } from '../support/test-call.ts';
import { startTestRelay, type TestRelay, type TestRelayOptions } from '../support/test-relay.ts';
import { ADMIN_TOKEN, askOperator } from './operator.ts';

const METRICS_TOKEN = 'metrics-token-0001';
const { monitoring } = API_PATHS;

const MEASURED = [
  API_PATHS.prometheus,
  API_PATHS.performance,
  `${monitoring}/metrics`,
  `${monitoring}/status`,
];
const READ = [...MEASURED, API_PATHS.healthDetailed, `${monitoring}/health/services`];

let issuer: Issuer;
beforeAll(async () => {
  issuer = await Issuer.start();
});
afterAll(() => issuer[Symbol.dispose]());

const relays: TestRelay[] = [];
afterEach(async () => {
  for (const relay of relays.splice(0)) await relay[Symbol.asyncDispose]();
});

async function start(env: Readonly<Record<string, string>> = {}, more: TestRelayOptions = {}) {
  const relay = await startTestRelay({ env, ...more });
  relays.push(relay);
  const ask = (path: string, token?: string, init: RequestInit = {}) =>
    fetch(relay.url + path, {
      ...init,
      headers: {
        ...(init.headers as Record<string, string>),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
    });
  const statusesOf = (paths: readonly string[], token?: string, init?: RequestInit) =>
    Promise.all(paths.map(async (path) => (await ask(path, token, init)).status));
  return { relay, url: relay.url, ask, statusesOf };
}

/** The first line of the answer to a request for `/metrics`. */
async function answerTo(url: string, version: string, host: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(
    `GET ${API_PATHS.prometheus} ${version}\r\nhost: ${host}\r\nconnection: close\r\n\r\n`,
  );
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return answer.toString().split('\r\n')[0]!;
}

const all = (paths: readonly string[], status: number) => paths.map(() => status);

describe('access to the monitoring paths', () => {
  it('needs no token on the relay’s own machine', async () => {
    const { statusesOf } = await start();
    expect(await statusesOf(READ)).toEqual(all(READ, 200));
  });

  it.each(['x-forwarded-for', 'x-real-ip', 'forwarded', 'via', 'x-forwarded-proto'])(
    'needs a token if a proxy passed the request on with %s',
    async (header) => {
      const { statusesOf } = await start();
      const passedOn = { headers: { [header]: 'for=192.0.2.1' } };
      expect(await statusesOf(READ, undefined, passedOn)).toEqual(all(READ, 404));
    },
  );

  it('needs a token behind nginx, which adds no header by default', async () => {
    const { url } = await start();
    const { host } = new URL(url);
    expect(await answerTo(url, 'HTTP/1.1', host)).toMatch('HTTP/1.1 200');
    expect(await answerTo(url, 'HTTP/1.0', host)).toMatch('HTTP/1.1 404');
    expect(await answerTo(url, 'HTTP/1.1', 'talk.example')).not.toMatch('HTTP/1.1 200');
  });

  it.each([
    ['a public address', { PUBLIC_URL: 'https://talk.example' }],
    ['a page elsewhere', { ALLOWED_ORIGINS: 'https://page.example' }],
    ['a proxy', { TRUSTED_PROXIES: '127.0.0.1' }],
  ])('needs a token for a relay with %s', async (_, env) => {
    const { ask, statusesOf } = await start({
      ADMIN_TOKEN,
      METRICS_TOKEN,
      AUTH_ISSUER: issuer.url,
      AUTH_AUDIENCE: 'parley',
      ...env,
    });
    const headers = { 'x-forwarded-proto': 'https' };
    expect(await statusesOf(READ, undefined, { headers })).toEqual(all(READ, 401));
    expect(await statusesOf(READ, METRICS_TOKEN, { headers })).toEqual(all(READ, 200));
    expect(await statusesOf(READ, ADMIN_TOKEN, { headers })).toEqual(all(READ, 200));
    expect(await statusesOf(READ, await issuer.token(), { headers })).toEqual(all(READ, 403));
    const overview = await ask(API_PATHS.adminOverview, METRICS_TOKEN, { headers });
    expect(overview.status).toBe(401);
  });

  it('gives a balancer on this machine the state without a token, if one was set', async () => {
    const { ask } = await start({ METRICS_TOKEN });
    const path = `${monitoring}/health`;
    const short = { status: 'healthy', critical_down: [] };
    expect(await (await ask(path)).json()).toEqual(short);
    expect(await (await ask(path, METRICS_TOKEN)).json()).toMatchObject({ ...short, services: {} });
  });

  it('gives a balancer the state without a token, and the services with one', async () => {
    const problems = new Problems(systemClock);
    const env = { ADMIN_TOKEN, METRICS_TOKEN, PUBLIC_URL: 'https://talk.example' };
    const { relay, ask } = await start(env, { problems });
    const path = `${monitoring}/health`;
    const headers = { 'x-forwarded-proto': 'https' };
    const of = async (token?: string) => {
      const response = await ask(path, token, { headers });
      return { status: response.status, body: (await response.json()) as object };
    };
    const short = { status: 200, body: { status: 'healthy', critical_down: [] } };
    expect(await of()).toEqual(short);
    expect((await ask(path, undefined, { headers, method: 'HEAD' })).status).toBe(200);
    problems.report('memory_low', 'A sentence with internals.');
    expect(await of()).toEqual({ status: 200, body: { status: 'degraded', critical_down: [] } });
    problems.clear('memory_low');
    expect(await of(METRICS_TOKEN)).toMatchObject({ ...short, body: { services: { failed: 0 } } });
    expect((await of('not-a-token')).status).toBe(401);
    expect((await of(await signIn(relay.url))).status).toBe(403);
    // Wrong tokens of others behind the same proxy do not close it.
    for (let n = 0; n < 25; n++) await of('not-a-token');
    expect(await of()).toEqual(short);
  });

  it('is refused if calls are not measured', async () => {
    const { statusesOf } = await start({ ENABLE_METRICS: 'off', ADMIN_TOKEN });
    const paths = [...MEASURED, API_PATHS.adminOverview];
    expect(await statusesOf(paths, ADMIN_TOKEN)).toEqual(all(paths, 404));
    expect(await statusesOf([`${monitoring}/health`])).toEqual([200]);
  });
});

it('an account that is no administrator’s may change and see nothing of the operator’s', async () => {
  const { ask } = await start({ AUTH_ISSUER: issuer.url, AUTH_AUDIENCE: 'parley' });
  const token = await issuer.token();
  const admin = await issuer.token({ role: 'admin' });
  const requests = [
    ['GET', API_PATHS.adminOverview],
    ['POST', `${API_PATHS.adminSessions}/sess_1/end`],
    ['POST', API_PATHS.adminHeap],
    ['POST', `${monitoring}/health/reset/generator:scripted-generator`],
  ] as const;
  for (const [method, path] of requests) {
    expect([path, (await ask(path, token, { method })).status]).toEqual([path, 403]);
    expect([path, (await ask(path, undefined, { method })).status]).toEqual([path, 401]);
  }
  expect((await ask(API_PATHS.adminOverview, admin)).status).toBe(200);
  const reset = `${monitoring}/health/reset`;
  const of = async (id: string) => (await ask(`${reset}/${id}`, admin, { method: 'POST' })).status;
  expect(await of('generator:scripted-generator')).toBe(200);
  for (const id of ['generator:nobody', 'nothing:scripted-generator', 'generator', '%00', '..']) {
    expect([id, await of(id)]).toEqual([id, 404]);
  }
});

it('a guest may see and change nothing of the operator’s, who has a token', async () => {
  const { url, ask } = await start({ ADMIN_TOKEN, ALLOWED_ORIGINS: 'https://page.example' });
  const token = await signIn(url);
  const requests = [
    ...READ.map((path) => ['GET', path] as const),
    ['GET', API_PATHS.adminOverview],
    ['GET', LOG_PATHS.level],
    ['GET', API_PATHS.adminSettings],
    ['POST', API_PATHS.adminHeap],
  ] as const;
  for (const [method, path] of requests) {
    expect([path, (await ask(path, token, { method })).status]).toEqual([path, 403]);
    expect([path, (await ask(path, undefined, { method })).status]).toEqual([path, 401]);
    expect([path, (await ask(path, 'not-a-token', { method })).status]).toEqual([path, 401]);
  }
  expect(await refusalOf(url, token)).toBe(403);
  expect(await refusalOf(url, undefined)).toBe(401);
});

it('says in Prometheus’ words what it says in JSON, to who asks for text', async () => {
  const { ask } = await start();
  const of = async (accept: string) =>
    (await ask(`${monitoring}/metrics`, undefined, { headers: { accept } })).headers.get(
      'content-type',
    );
  expect(await of('*/*')).toMatch('application/json');
  expect(await of('application/json')).toMatch('application/json');
  expect(await of('text/plain')).toMatch('text/plain');
  expect(await of('application/openmetrics-text;version=1.0.0,text/plain;q=0.5')).toMatch('text/');
});

it('is not ready while its data cannot be written, and while it drains', async () => {
  const problems = new Problems(systemClock);
  const { relay, statusesOf } = await start({}, { problems });
  const both = [API_PATHS.live, API_PATHS.ready];
  expect(await statusesOf(both)).toEqual([200, 200]);
  problems.report('data_not_written');
  expect(await statusesOf(both)).toEqual([200, 503]);
  problems.clear('data_not_written');
  await using call = await TestCall.start(relay.url);
  call.startSpeech(1);
  call.sendFrame(1, new Int16Array(1_600));
  const stopping = relay.stop(2_000);
  await call.inbound.next('session.draining');
  expect(await statusesOf(both)).toEqual([200, 503]);
  await call.hangUp();
  await stopping;
});

it('lets an administrator see the calls that run, and end one', async () => {
  const { url, ask } = await start({ ADMIN_TOKEN });
  await using call = await TestCall.start(url);
  await using other = await TestCall.start(url);
  call.type('what is the secret');
  await call.inbound.next('response.done');
  const overview = async () =>
    (await askOperator(url, API_PATHS.adminOverview, overviewSchema)).body;
  const before = await overview();
  expect(before.sessions_total).toBe(2);
  const id = call.grant.session_id;
  expect(before.sessions.find(({ session_id }) => session_id === id)).toMatchObject({
    connected: true,
    stuck: false,
    turns: 1,
  });
  // Nothing may be kept here, so nothing of it is shown.
  expect(JSON.stringify(before)).not.toContain('secret');
  const end = `${API_PATHS.adminSessions}/${id}/end`;
  expect((await ask(end, ADMIN_TOKEN, { method: 'POST' })).status).toBe(204);
  expect(await call.closed).toBe(CLOSE_REASONS.endedByOperator.code);
  expect((await ask(end, ADMIN_TOKEN, { method: 'POST' })).status).toBe(404);
  expect((await overview()).sessions).toHaveLength(1);
  other.type('still here');
  await other.inbound.next('response.done');
  expect((await ask(`${API_PATHS.adminOverview}?range=2h`, ADMIN_TOKEN)).status).toBe(400);
});

it('tells anybody what they may know', async () => {
  const { ask } = await start();
  const health = healthResponseSchema.parse(await (await ask(API_PATHS.health)).json());
  expect(health).toMatchObject({
    status: 'ok',
    asr_ready: true,
    last_transcription_ms: null,
    active_connections: 0,
  });
  expect(health.memory_mb).toBeGreaterThan(10);
});
