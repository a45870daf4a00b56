import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { API_PATHS, CLOSE_REASONS, healthResponseSchema, LOG_PATHS } from '@parley/shared';
import { overviewSchema } from '@parley/shared/monitoring-api';
import { Problems } from '../../src/lib/problems.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { signIn } from '../support/api.ts';
import { serveHttp } from '../support/http-server.ts';
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
const READ = [
  ...MEASURED,
  API_PATHS.healthDetailed,
  `${monitoring}/health`,
  `${monitoring}/health/services`,
];

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

/** Of a request for `/metrics`, for another name of this machine. */
async function statusOfHost(url: string, host: string): Promise<number | undefined> {
  const asked = httpRequest(url + API_PATHS.prometheus, { headers: { host } }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

const all = (paths: readonly string[], status: number) => paths.map(() => status);

describe('who reads how the relay is', () => {
  it('is a program of this machine at a port of its own, without a token', async () => {
    const { relay, statusesOf } = await start({ METRICS_PORT: '0', METRICS_TOKEN });
    const line = await relay.logs.until('metrics can be read on this machine');
    const { url } = z.object({ url: z.string() }).parse(JSON.parse(line));
    const there = (path: string, init?: RequestInit) => fetch(url + path, init);
    for (const path of READ) expect([path, (await there(path)).status]).toEqual([path, 200]);
    const reset = `${monitoring}/health/reset/generator:scripted-generator`;
    expect((await there(reset, { method: 'POST' })).status).toBe(403);
    for (const path of ['/', API_PATHS.guest, API_PATHS.adminOverview]) {
      expect([path, (await there(path, { method: 'POST' })).status]).toEqual([path, 404]);
    }
    expect(await statusOfHost(url, 'page.example')).toBe(421);
    expect(await statusesOf(READ)).toEqual(all(READ, 404));
  });

  it('is no stranger whom a proxy on this machine makes look like a program of it', async () => {
    const { relay, ask } = await start({ METRICS_TOKEN, ADMIN_TOKEN });
    // As `proxy_pass` of nginx without any other line: its own Host, and nothing of the client.
    const proxy = await serveHttp((request, response) => {
      const { method, url = '/', headers } = request;
      const { host: _, connection: __, ...kept } = headers;
      const upstream = httpRequest(relay.url + url, { method, headers: kept }, (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      });
      request.pipe(upstream);
    });
    try {
      for (const path of [...READ, API_PATHS.adminOverview]) {
        expect([path, (await fetch(proxy.url + path)).status]).toEqual([path, 401]);
      }
      expect((await fetch(proxy.url + API_PATHS.health)).status).toBe(200);
    } finally {
      proxy.close();
    }
    expect((await ask(API_PATHS.prometheus, METRICS_TOKEN)).status).toBe(200);
  });

  it('is who has a token, or an administrator', async () => {
    const { ask, statusesOf } = await start({
      ADMIN_TOKEN,
      METRICS_TOKEN,
      AUTH_ISSUER: issuer.url,
      AUTH_AUDIENCE: 'parley',
    });
    expect(await statusesOf(READ)).toEqual(all(READ, 401));
    expect(await statusesOf(READ, METRICS_TOKEN)).toEqual(all(READ, 200));
    expect(await statusesOf(READ, ADMIN_TOKEN)).toEqual(all(READ, 200));
    expect(await statusesOf(READ, await issuer.token())).toEqual(all(READ, 403));
    expect((await ask(API_PATHS.adminOverview, METRICS_TOKEN)).status).toBe(401);
  });

  it('is nobody for calls that are not measured', async () => {
    const { statusesOf } = await start({ ENABLE_METRICS: 'off', ADMIN_TOKEN });
    const paths = [...MEASURED, API_PATHS.adminOverview];
    expect(await statusesOf(paths, ADMIN_TOKEN)).toEqual(all(paths, 404));
    expect(await statusesOf([`${monitoring}/health`], ADMIN_TOKEN)).toEqual([200]);
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
  const { url, ask } = await start({ ADMIN_TOKEN });
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
  const { ask } = await start({ METRICS_TOKEN });
  const of = async (accept: string) =>
    (await ask(`${monitoring}/metrics`, METRICS_TOKEN, { headers: { accept } })).headers.get(
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
