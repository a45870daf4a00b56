import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSessionResponseSchema, errorResponseSchema, SUBPROTOCOL } from '@parley/shared';
import { createSession, signIn } from './support/api.ts';
import { rawRequest, upgradeRequest } from './support/raw-http.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

let relay: TestRelay;
beforeAll(async () => {
  relay = await startTestRelay({
    env: { PUBLIC_URL: 'https://relay.example', ALLOWED_ORIGINS: 'https://page.example:8443' },
  });
});
afterAll(() => relay[Symbol.asyncDispose]());

const get = (headers: string, target = '/health', version = '1.1') =>
  rawRequest(relay.url, `GET ${target} HTTP/${version}\r\n${headers}Connection: close\r\n\r\n`);

function statusOf(answer: string): number {
  return Number(/^HTTP\/1.1 (\d{3}) /.exec(answer)?.[1]);
}

function errorOf(answer: string) {
  return errorResponseSchema.parse(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).error;
}

/** An upgrade with a ticket that is good. */
async function upgrade(headers: Readonly<Record<string, string>>): Promise<string> {
  const { ticket } = await createSession(relay.url);
  const protocols = `${SUBPROTOCOL}, ticket.${ticket}`;
  const change = { headers: { 'Sec-WebSocket-Protocol': protocols, ...headers } };
  return rawRequest(relay.url, upgradeRequest(relay.url, change), (answer) =>
    answer.includes('\r\n\r\n'),
  );
}

describe('a request', () => {
  const port = () => new URL(relay.url).port;

  it.each([
    ['its address', () => `Host: 127.0.0.1:${port()}\r\n`],
    ['its address and no port', () => 'Host: 127.0.0.1\r\n'],
    ['its address in IPv6', () => `Host: [::1]:${port()}\r\n`],
    ['localhost', () => `Host: LOCALHOST.:${port()}\r\n`],
    ['a name below localhost', () => 'Host: parley.localhost\r\n'],
    ['its public name', () => 'Host: relay.example\r\n'],
    ['the name of an allowed page', () => 'Host: page.example\r\n'],
  ])('for %s is answered', async (_, headers) => {
    expect(statusOf(await get(headers()))).toBe(200);
  });

  it('in absolute form is answered for the host in it', async () => {
    expect(statusOf(await get('Host: localhost\r\n', 'http://localhost/health'))).toBe(200);
  });

  it.each([
    ['another name', () => 'Host: evil.example\r\n', '/health'],
    ['another name on its port', () => `Host: evil.example:${port()}\r\n`, '/'],
    ['another name, with its own forwarded', forwarded, '/health'],
    ['another name in the target', () => 'Host: localhost\r\n', 'http://evil.example/health'],
  ])('for %s is misdirected', async (_, headers, target) => {
    const answer = await get(headers(), target);
    expect(statusOf(answer)).toBe(421);
    const { code, message, request_id } = errorOf(answer);
    expect(code).toBe('host_not_allowed');
    // The remedy for an operator who forgot it behind a proxy.
    expect(message).toContain('PUBLIC_URL');
    const line: unknown = JSON.parse(await relay.logs.until(request_id));
    expect(line).toMatchObject({ status: 421, host: expect.any(String) });
  });

  function forwarded(): string {
    return 'Host: evil.example\r\nX-Forwarded-Host: localhost\r\nForwarded: host=localhost\r\n';
  }

  it.each([
    ['no host', '', '1.1'],
    ['no host in HTTP/1.0', '', '1.0'],
    ['an empty host', 'Host: \r\n', '1.1'],
    ['two hosts', 'Host: localhost\r\nHost: evil.example\r\n', '1.1'],
    ['a user in its host', 'Host: localhost@evil.example\r\n', '1.1'],
    ['a zone in its host', 'Host: [fe80::1%25eth0]\r\n', '1.1'],
    ['a path in its host', 'Host: localhost/x\r\n', '1.1'],
    ['half an address as its host', 'Host: [::1\r\n', '1.1'],
  ])('with %s is refused', async (_, headers, version) => {
    const answer = await get(headers, '/health', version);
    expect(statusOf(answer)).toBe(400);
    const { code, request_id } = errorOf(answer);
    expect(code).toBe('invalid_request');
    await relay.logs.until(request_id);
  });

  it('puts no more than a little of a host into the log', async () => {
    const answer = await get(`Host: ${'x'.repeat(4_000)}.example\r\n`);
    const line = await relay.logs.until(errorOf(answer).request_id);
    expect(line.length).toBeLessThan(1_000);
  });
});

describe('an upgrade', () => {
  it.each(['localhost', '127.0.0.1:1', 'relay.example'])('for %s is taken', async (host) => {
    expect(statusOf(await upgrade({ Host: host }))).toBe(101);
  });

  it('from the page at the public address is taken', async () => {
    const origin = 'https://relay.example';
    // As a proxy does that puts its own name for the relay into the request.
    expect(statusOf(await upgrade({ Host: '127.0.0.1', Origin: origin }))).toBe(101);
  });

  it.each([
    ['evil.example', 421, 'host_not_allowed'],
    ['a@localhost', 400, 'invalid_request'],
  ] as const)('for %s is refused', async (host, status, code) => {
    const answer = await upgrade({ Host: host });
    expect(statusOf(answer)).toBe(status);
    expect(errorOf(answer).code).toBe(code);
    const line: unknown = JSON.parse(await relay.logs.until(errorOf(answer).request_id));
    expect(line).toMatchObject({ status, host });
  });
});

describe('a session', () => {
  const own = () => new URL(relay.url).host;

  /** As `fetch` does not, which sets some of these itself. */
  async function socketAddress(headers: Readonly<Record<string, string>>): Promise<string> {
    const lines = Object.entries({
      Host: own(),
      Authorization: `Bearer ${await signIn(relay.url)}`,
      'Content-Length': '0',
      Connection: 'close',
      ...headers,
    }).map(([name, value]) => `${name}: ${value}\r\n`);
    const request = `POST /api/v1/sessions HTTP/1.1\r\n${lines.join('')}\r\n`;
    const answer = await rawRequest(relay.url, request);
    const body: unknown = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')));
    return createSessionResponseSchema.parse(body).ws_url;
  }

  it.each([
    ['a program', () => ({}), () => 'wss://relay.example'],
    // The policy of the relay's page allows it no other origin than that it was opened at.
    ['its page on this machine', () => ({ Origin: `http://${own()}` }), () => `ws://${own()}`],
    [
      'its page under a further name',
      () => ({ Host: 'page.example:8443', Origin: 'https://page.example:8443' }),
      () => 'wss://page.example:8443',
    ],
    [
      'its page under a further name, behind a proxy with a Host of its own',
      () => ({ Origin: 'https://page.example:8443', 'Sec-Fetch-Site': 'same-origin' }),
      () => 'wss://page.example:8443',
    ],
    [
      'a page elsewhere',
      () => ({ Origin: 'https://page.example:8443', 'Sec-Fetch-Site': 'cross-site' }),
      () => 'wss://relay.example',
    ],
  ])('of %s has its socket where that may connect', async (_, headers, origin) => {
    expect(await socketAddress(headers())).toBe(`${origin()}/api/v1/realtime`);
  });
});

it('a page that points its own name at the relay gets neither token, session, health nor socket', async () => {
  const host = `evil.example:${new URL(relay.url).port}`;
  const headers = `Host: ${host}\r\nOrigin: http://${host}\r\n`;
  const post = (path: string) =>
    rawRequest(
      relay.url,
      `POST ${path} HTTP/1.1\r\n${headers}Content-Length: 0\r\nConnection: close\r\n\r\n`,
    );
  for (const answer of [
    await get(headers, '/health'),
    await get(headers, '/'),
    await post('/api/v1/auth/guest'),
    await post('/api/v1/sessions'),
    await upgrade({ Host: host, Origin: `http://${host}` }),
  ]) {
    expect(statusOf(answer)).toBe(421);
    expect(answer).not.toContain('token');
    // To its browser it is the relay's own page, which may read all: the refusal is all there is.
    expect(errorOf(answer).code).toBe('host_not_allowed');
  }
});
