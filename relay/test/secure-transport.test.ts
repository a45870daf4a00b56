import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authOptionsSchema, LOG_PATHS } from '@parley/shared';
import { rawRequest, upgradeRequest } from './support/raw-http.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

/** Behind a proxy on this machine, and another one that is not trusted. */
let relay: TestRelay;
let distrustful: TestRelay;
beforeAll(async () => {
  const env = { PUBLIC_URL: 'https://talk.example' };
  relay = await startTestRelay({ env: { ...env, TRUSTED_PROXIES: '127.0.0.1' } });
  distrustful = await startTestRelay({ env });
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  await distrustful[Symbol.asyncDispose]();
});

async function get(to: TestRelay, target: string, headers: Readonly<Record<string, string>>) {
  const lines = Object.entries({ Connection: 'close', ...headers }).map((pair) => pair.join(': '));
  const answer = await rawRequest(
    to.url,
    `GET ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`,
  );
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim();
  return {
    status: Number(head.slice(9, 12)),
    location: header('location'),
    hsts: header('strict-transport-security'),
    body,
  };
}

const upgrade = (to: TestRelay, change: Parameters<typeof upgradeRequest>[1]) =>
  rawRequest(to.url, upgradeRequest(to.url, change), (answer) => answer.includes('\r\n\r\n'));

const OVER_HTTP = { Host: 'talk.example', 'X-Forwarded-Proto': 'http' };
const OVER_HTTPS = { Host: 'talk.example', 'X-Forwarded-Proto': 'https' };

describe('the public name of a relay behind a proxy', () => {
  it.each([
    ['/', 'https://talk.example/'],
    ['/api/v1/auth?a=b', 'https://talk.example/api/v1/auth?a=b'],
    ['//evil.example/', 'https://talk.example//evil.example/'],
  ])('is redirected to https: %s', async (target, location) => {
    const answer = await get(relay, target, OVER_HTTP);
    expect(answer).toMatchObject({ status: 308, location, hsts: undefined });
  });

  it('is remembered by browsers as https', async () => {
    const { status, hsts } = await get(relay, '/health', OVER_HTTPS);
    expect([status, hsts]).toEqual([200, 'max-age=31536000']);
  });

  it.each([
    ['http', 403],
    ['HTTP', 403],
    ['http, https', 403],
    // Some proxies name the scheme of a WebSocket.
    ['ws', 403],
    ['https', 101],
    ['wss', 101],
  ])('takes WebSockets by the same rule: over %s, status %i', async (proto, status) => {
    for (const target of ['/api/v1/realtime', '/api/v1/realtime?r=1']) {
      const headers = { Host: 'talk.example', 'X-Forwarded-Proto': proto };
      const answer = await upgrade(relay, { target, headers });
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      if (status === 101) continue;
      expect(answer).toContain('"code":"https_required"');
      expect(answer).toContain(`https://talk.example${target}.`);
    }
  });

  it.each([
    ['the log', { target: LOG_PATHS.tail, headers: OVER_HTTP }],
    ['a page', { headers: { ...OVER_HTTP, Origin: 'https://talk.example' } }],
  ])('takes no WebSocket of %s over http', async (_, change) => {
    expect(await upgrade(relay, change)).toMatch(/^HTTP\/1.1 403 /);
  });

  it('takes WebSockets over http from proxies that it does not trust, and for other names', async () => {
    expect(await upgrade(distrustful, { headers: OVER_HTTP })).toMatch(/^HTTP\/1.1 101 /);
    const headers = { Host: 'localhost', 'X-Forwarded-Proto': 'http' };
    expect(await upgrade(relay, { headers })).toMatch(/^HTTP\/1.1 101 /);
  });

  it('is not redirected by what anyone may write', async () => {
    expect((await get(distrustful, '/health', OVER_HTTP)).status).toBe(200);
  });
});

describe('a page of the same host', () => {
  it.each([
    ['over the same scheme', 'http', 'localhost', {}, true],
    ['in capitals', 'http', 'LOCALHOST', {}, true],
    ['over https, which the relay does not speak there', 'https', 'localhost', {}, false],
    ['over http, while people come by https', 'http', 'talk.example', {}, false],
    ['over https, as people come', 'https', 'talk.example', {}, true],
    ['over https, as a proxy that is not trusted says', 'https', '127.0.0.1', OVER_HTTPS, false],
  ])('is its own only %s', async (_, scheme, host, headers, isOwn) => {
    const port = host === 'talk.example' ? '' : `:${new URL(distrustful.url).port}`;
    const Origin = `${scheme}://${host.toLowerCase()}${port}`;
    const sent = { ...headers, Host: `${host}${port}`, Origin };
    expect((await get(distrustful, '/health', sent)).status).toBe(isOwn ? 200 : 403);
    const answered = await rawRequest(
      distrustful.url,
      upgradeRequest(distrustful.url, { headers: sent }),
      (answer) => answer.includes('\r\n\r\n'),
    );
    expect(Number(answered.slice(9, 12))).toBe(isOwn ? 101 : 403);
  });

  it.each([
    ['http', 'http', true],
    ['https', 'https', true],
    ['https', 'http', false],
    ['http', 'https', false],
    // Its proxy does not say.
    [undefined, 'http', true],
    [undefined, 'https', true],
  ])('behind a trusted proxy that was asked by %s, over %s: %s', async (proto, scheme, isOwn) => {
    const headers = proto === undefined ? {} : { 'X-Forwarded-Proto': proto };
    const sent = { ...headers, Host: '192.0.2.7', Origin: `${scheme}://192.0.2.7` };
    expect((await get(relay, '/health', sent)).status).toBe(isOwn ? 200 : 403);
  });
});

it('a relay that others reach by plain HTTP says so in its log', async () => {
  await using open = await startTestRelay({ env: { HOST: '0.0.0.0' } });
  expect(await open.logs.until('plain HTTP beyond this machine')).toContain('0.0.0.0');
  expect(relay.logs.lines.join()).not.toContain('plain HTTP');
});

it.each(['localhost', '127.0.0.1'])('%s is left alone', async (Host) => {
  const answer = await get(relay, '/health', { Host, 'X-Forwarded-Proto': 'http' });
  expect(answer).toMatchObject({ status: 200, hsts: undefined });
});

describe('whether others can read along', () => {
  const isSecure = async (to: TestRelay, headers: Readonly<Record<string, string>>) =>
    authOptionsSchema.parse(JSON.parse((await get(to, '/api/v1/auth', headers)).body)).is_secure;

  it.each<[string, () => TestRelay, Readonly<Record<string, string>>, boolean]>([
    ['on this machine', () => distrustful, { Host: 'localhost' }, true],
    ['over https', () => relay, OVER_HTTPS, true],
    [
      'over http from elsewhere',
      () => relay,
      { Host: '192.0.2.1', 'X-Forwarded-Proto': 'http', 'X-Forwarded-For': '192.0.2.77' },
      false,
    ],
    [
      'from elsewhere, through a proxy that does not say how',
      () => relay,
      { Host: '192.0.2.1', 'X-Forwarded-For': '192.0.2.77' },
      false,
    ],
  ])('%s: %s', async (_, to, headers, expected) => {
    expect(await isSecure(to(), headers)).toBe(expected);
  });
});
