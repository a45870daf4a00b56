import { connect } from 'node:net';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createSessionResponseSchema,
  errorResponseSchema,
  ERRORS,
  type ErrorCode,
} from '@parley/shared';
import { signIn } from './support/api.ts';
import { expectBystanderUnharmed } from './support/bystander.ts';
import { rawRequest } from './support/raw-http.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

const AUTH_SECRET = 'a secret of the right length, for tests';
const encoded = new TextEncoder().encode(AUTH_SECRET);

let relay: TestRelay;
let token: string;
beforeAll(async () => {
  relay = await startTestRelay({
    env: { AUTH_SECRET, ALLOWED_ORIGINS: 'https://friend.example', MAX_SESSIONS: '1000' },
  });
  token = await signIn(relay.url);
});
afterAll(() => relay[Symbol.asyncDispose]());

const bearer = (value: string) => ({ authorization: `Bearer ${value}` });

/** A guest token like the relay's own, but for what `change` makes of it. */
function forge(change: (jwt: SignJWT) => SignJWT, secret = encoded): Promise<string> {
  const jwt = new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('guest_1')
    .setIssuer('parley')
    .setAudience('parley')
    .setExpirationTime('1h');
  return change(jwt).sign(secret);
}

async function createSession(init: RequestInit): Promise<Response> {
  return fetch(`${relay.url}/api/v1/sessions`, { method: 'POST', ...init });
}

/** The code of an error, which must have the documented shape, status and nothing more. */
async function problemOf(response: Response): Promise<ErrorCode> {
  const text = await response.text();
  const { error } = errorResponseSchema.parse(JSON.parse(text));
  expect(response.status).toBe(ERRORS[error.code].status);
  expect(error.retryable).toBe(ERRORS[error.code].retryable);
  const line = await relay.logs.until(`"requestId":"${error.request_id}"`);
  expect(JSON.parse(line)).toMatchObject({ status: response.status, code: error.code });
  // No internals: neither files, nor stacks, nor libraries.
  expect(text).not.toMatch(/\.ts|node_modules|\bat \w+ \(|jose|zod|JWS|stack/i);
  return error.code;
}

it('a good request is answered with a ticket that works', async () => {
  const response = await createSession({
    headers: bearer(token),
    body: JSON.stringify({ voice: 'two', time_zone: 'Europe/Berlin' }),
  });
  expect(response.status).toBe(201);
  expect(response.headers.get('cache-control')).toBe('no-store');
  const created = createSessionResponseSchema.parse(await response.json());
  expect(created.ws_url).toBe(`${relay.url.replace('http', 'ws')}/api/v1/realtime`);
});

describe('a bearer token', () => {
  it.each<[string, () => Promise<Record<string, string>> | Record<string, string>]>([
    ['missing', () => ({})],
    ['of another kind', () => ({ authorization: 'Basic dXNlcjpwYXNz' })],
    ['empty', () => ({ authorization: 'Bearer ' })],
    ['that is no token', () => bearer('nonsense')],
    ['of absurd length', () => bearer('a.'.repeat(4_000))],
    ['with another signature', async () => bearer(`${token.slice(0, -6)}AAAAAA`)],
    [
      'signed with another key',
      async () => bearer(await forge((jwt) => jwt, new Uint8Array(32).fill(7))),
    ],
    ['that has expired', async () => bearer(await forge((jwt) => jwt.setExpirationTime('-1s')))],
    ['of another issuer', async () => bearer(await forge((jwt) => jwt.setIssuer('someone')))],
    ['for another audience', async () => bearer(await forge((jwt) => jwt.setAudience('else')))],
    [
      'without a signature (alg none)',
      () => {
        const [, payload] = token.split('.');
        const header = Buffer.from('{"alg":"none"}').toString('base64url');
        return bearer(`${header}.${payload}.`);
      },
    ],
  ])('%s is answered with 401', async (_, headers) => {
    expect(await problemOf(await createSession({ headers: await headers() }))).toBe('unauthorized');
  });
});

describe('a request that is wrong', () => {
  it.each([
    ['no JSON', '{"voice":', 'malformed_json'],
    ['no object', '[]', 'invalid_request'],
    ['of the wrong shape', '{"voice":7}', 'invalid_request'],
    ['for a voice that the relay does not have', '{"voice":"nobody"}', 'invalid_request'],
    ['for a language that the relay does not have', '{"language":"tlh"}', 'invalid_request'],
    ['too large', JSON.stringify({ voice: 'x'.repeat(10_000) }), 'payload_too_large'],
  ] as const)('%s is told so', async (_, body, code) => {
    await expectBystanderUnharmed(relay.url, async () => {
      expect(await problemOf(await createSession({ headers: bearer(token), body }))).toBe(code);
    });
  });

  it('in its time zone only begins a session without one', async () => {
    const body = '{"time_zone":"Etc/Unknown"}';
    expect((await createSession({ headers: bearer(token), body })).status).toBe(201);
  });

  it('without an end is cut off', async () => {
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(1_024).fill(32)),
    });
    const init = { headers: bearer(token), body: endless, duplex: 'half' };
    expect(await problemOf(await createSession(init as RequestInit))).toBe('payload_too_large');
  });

  it.each([
    ['GET', '/api/v1/sessions'],
    ['DELETE', '/api/v1/sessions'],
    ['GET', '/api/v1/auth/guest'],
    ['POST', '/api/v2/sessions'],
    ['GET', '/nowhere'],
    ['POST', '/health'],
    ['GET', '/%2e%2e/%2e%2e/etc/passwd'],
    ['GET', '/%'],
  ])('%s %s finds nothing', async (method, path) => {
    expect(await problemOf(await fetch(relay.url + path, { method }))).toBe('not_found');
  });

  it.each([
    ['an address that is none', 'GET // HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'],
    ['a host that is none', 'GET / HTTP/1.1\r\nHost: [oops\r\nConnection: close\r\n\r\n'],
    [
      'a way out of the page',
      'GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    ],
    ['no host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['no HTTP at all', 'HELLO\r\n\r\n'],
    [
      'a header without end',
      `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`,
    ],
    [
      'an address of 20,000 characters',
      `GET /${'y'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    ],
    [
      'an address of 8,000 characters',
      `GET /${'y'.repeat(8_000)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    ],
    [
      'an expectation that is not known',
      'POST /api/v1/auth/guest HTTP/1.1\r\nHost: localhost\r\nExpect: a-miracle\r\nContent-Length: 0\r\n\r\n',
    ],
    ['CONNECT', 'CONNECT example.com:443 HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['TRACE', 'TRACE / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'],
    [
      'TRACE for the API',
      'TRACE /api/v1/sessions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    ],
    ['a method that is none', 'SPEAK / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'],
  ])('with %s is refused, and no other call notices', async (_, request) => {
    await expectBystanderUnharmed(relay.url, async () => {
      const answer = await rawRequest(relay.url, request);
      const status = Number(/^HTTP\/1.1 (4\d\d) /.exec(answer)?.[1]);
      const requestId = /X-Request-Id: ([\w-]+)/i.exec(answer)?.[1];
      const line = JSON.parse(await relay.logs.until(`"requestId":"${requestId}"`)) as object;
      expect(line).toMatchObject({ msg: 'request refused', status });
    });
  });

  it('that its client breaks off is refused like any other, not as a failure', async () => {
    const { hostname, port, host } = new URL(relay.url);
    const socket = connect({ host: hostname, port: Number(port) });
    const head = `POST /api/v1/sessions HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 100`;
    socket.write(`${head}\r\nAuthorization: Bearer ${token}\r\nX-Request-Id: cut\r\n\r\n{"voice"`);
    socket.destroySoon();
    const line = await relay.logs.until('"callerRequestId":"cut"');
    expect(JSON.parse(line)).toMatchObject({ code: 'invalid_request', level: 'info' });
  });

  it.each([
    // For a proxy's own log, if it is short and plain.
    ['req_0123456789abcdef', { callerRequestId: 'req_0123456789abcdef' }],
    ['a b', {}],
    ['x'.repeat(65), {}],
  ])('that brings the id %s gets one of the relay’s own', async (theirs, logged) => {
    const response = await fetch(`${relay.url}/nowhere`, { headers: { 'x-request-id': theirs } });
    const { error } = errorResponseSchema.parse(await response.json());
    expect(error.request_id).toMatch(/^req_[\da-f]{16}$/);
    expect(error.request_id).not.toBe(theirs);
    expect(response.headers.get('x-request-id')).toBe(error.request_id);
    const { requestId, callerRequestId } = JSON.parse(await relay.logs.until(error.request_id));
    expect({ requestId, callerRequestId }).toEqual({ requestId: error.request_id, ...logged });
  });
});

describe('a page of another origin', () => {
  const from = (origin: string) => ({ headers: { ...bearer(token), origin } });

  it('may not ask for a session', async () => {
    expect(await problemOf(await createSession(from('https://evil.example')))).toBe(
      'origin_not_allowed',
    );
  });

  it.each(['/api/v1/sessions', '/api/v1/auth/guest', '/health'])(
    'gets nothing from %s, but may read why',
    async (path) => {
      const response = await fetch(relay.url + path, {
        method: path === '/health' ? 'GET' : 'POST',
        ...from('https://evil.example'),
      });
      // Else its browser would show it the same as for a relay that is down.
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
      expect(response.headers.get('vary')).toContain('Origin');
      expect(await response.clone().text()).toContain('add https://evil.example to');
      expect(await problemOf(response)).toBe('origin_not_allowed');
    },
  );

  it('is not given its own words back', async () => {
    const response = await createSession(from('https://evil.example/<script>'));
    expect(await response.clone().text()).not.toContain('script');
    expect(await problemOf(response)).toBe('origin_not_allowed');
  });

  it('may where it is named', async () => {
    const response = await createSession(from('https://friend.example'));
    expect(response.status).toBe(201);
    expect(response.headers.get('access-control-allow-origin')).toBe('https://friend.example');
    const exposed = response.headers.get('access-control-expose-headers');
    expect(exposed?.split(',')).toEqual(['X-Request-Id', 'Retry-After', 'Content-Disposition']);
  });

  it('may see the relay’s health where it is named', async () => {
    const response = await fetch(`${relay.url}/health`, from('https://friend.example'));
    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBe('https://friend.example');
  });

  it.each(['/api/v1/sessions', '/api/v1/auth/guest', '/health'])(
    'is told so before it asks for %s, and need not ask again soon',
    async (path) => {
      const preflight = await fetch(relay.url + path, {
        method: 'OPTIONS',
        headers: {
          origin: 'https://friend.example',
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type',
        },
      });
      expect(preflight.status).toBe(204);
      expect(preflight.headers.get('access-control-allow-origin')).toBe('https://friend.example');
      expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
      expect(preflight.headers.get('access-control-max-age')).toBe('600');
    },
  );
});
