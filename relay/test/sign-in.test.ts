import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  API_PATHS,
  authOptionsSchema,
  errorResponseSchema,
  guestResponseSchema,
} from '@parley/shared';
import { createSession, signIn } from './support/api.ts';
import { Issuer } from './support/issuer.ts';
import { TestCall } from './support/test-call.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

let issuer: Issuer;
beforeAll(async () => {
  issuer = await Issuer.start();
});
afterAll(() => issuer[Symbol.dispose]());

const relays: TestRelay[] = [];
afterEach(async () => {
  for (const relay of relays.splice(0)) await relay[Symbol.asyncDispose]();
});

async function start(env: Readonly<Record<string, string>> = {}) {
  const relay = await startTestRelay({ env });
  relays.push(relay);
  const ask = (method: string, path: string, token?: string, body?: object, headers = {}) =>
    fetch(new URL(path, relay.url), {
      method,
      headers: {
        ...headers,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const guest = (body?: object, headers = {}) =>
    ask('POST', API_PATHS.guest, undefined, body, headers);
  const session = (token?: string) => ask('POST', API_PATHS.sessions, token);
  return { relay, url: relay.url, ask, guest, session };
}

const withAccounts = (more: Readonly<Record<string, string>> = {}) =>
  start({ AUTH_ISSUER: issuer.url, AUTH_AUDIENCE: 'parley', ...more });

async function errorOf(response: Response) {
  return errorResponseSchema.parse(await response.json()).error;
}

describe('what sign-in there is', () => {
  const of = async (env: Readonly<Record<string, string>>) => {
    const { ask } = await start(env);
    return authOptionsSchema.parse(await (await ask('GET', API_PATHS.auth)).json());
  };
  const alone = { guests: true, access_code: false, supabase: null, oidc: null, is_secure: true };
  const supabase = { SUPABASE_URL: 'https://project.example/', SUPABASE_ANON_KEY: 'public' };

  it.each([
    ['guests alone', {}, alone],
    ['guests with a code', { ACCESS_CODE: 'open sesame' }, { ...alone, access_code: true }],
    [
      'accounts that the page knows no way to',
      { AUTH_ISSUER: 'https://issuer.example', AUTH_AUDIENCE: 'parley' },
      { ...alone, guests: false },
    ],
    [
      'accounts and guests',
      { AUTH_ISSUER: 'https://issuer.example', AUTH_CLIENT_ID: 'page', GUESTS: 'on' },
      { ...alone, oidc: { issuer: 'https://issuer.example', client_id: 'page' } },
    ],
    [
      'Supabase',
      supabase,
      {
        ...alone,
        guests: false,
        supabase: { url: 'https://project.example/', anon_key: 'public' },
      },
    ],
  ])('%s', async (_, env, expected) => {
    expect(await of(env)).toEqual(expected);
  });

  it('is reached by the page, whose policy allows no other place', async () => {
    const { ask } = await start(supabase);
    const { headers } = await ask('GET', API_PATHS.auth);
    expect(headers.get('content-security-policy')).toContain(
      "connect-src 'self' https://project.example;",
    );
  });
});

describe('a relay with accounts', () => {
  it('lets an account call, and no guest', async () => {
    const { guest, session, url } = await withAccounts();
    const token = await issuer.token();
    await using call = await TestCall.start(url, {}, await createSession(url, token));
    expect(call.grant.session_id).toMatch(/^sess_/);
    expect(await errorOf(await guest())).toMatchObject({ code: 'forbidden' });
    const refused = await session(await issuer.token({ exp: 1 }));
    expect(refused.status).toBe(401);
    // The answer says neither what is wrong with it, nor who it is.
    const { message } = await errorOf(refused);
    expect(message).toBe('Sign in first: the bearer token is missing, expired or not valid.');
  });

  it('refuses the tokens of guests who came before', async () => {
    const secret = { AUTH_SECRET: 'the same secret before and after' };
    const { url: before } = await start(secret);
    const token = await signIn(before);
    const { session } = await withAccounts(secret);
    expect((await session(token)).status).toBe(401);
    const { session: both } = await withAccounts({ ...secret, GUESTS: 'on' });
    expect((await both(token)).status).toBe(201);
  });

  it('refuses a token that only says that the relay made it', async () => {
    const { session } = await withAccounts({ GUESTS: 'on' });
    const claims = { iss: 'parley', aud: ['parley'], sub: 'guest_1' };
    expect((await session(await issuer.token(claims))).status).toBe(401);
  });

  it('lets its administrators see what the operator’s token opens', async () => {
    const { ask } = await withAccounts({ ADMIN_TOKEN: 'operators-token-0001' });
    const { adminOverview } = API_PATHS;
    expect((await ask('GET', adminOverview, 'operators-token-0001')).status).toBe(200);
    const admin = await issuer.token({ role: 'admin' });
    expect((await ask('GET', adminOverview, admin)).status).toBe(200);
    expect((await ask('GET', adminOverview, await issuer.token())).status).toBe(403);
    expect((await ask('GET', adminOverview)).status).toBe(401);
    const { ask: withoutToken } = await withAccounts();
    expect((await withoutToken('GET', adminOverview, admin)).status).toBe(200);
    expect((await withoutToken('GET', adminOverview)).status).toBe(401);
  });
});

it('the operator’s token cannot be tried for long from one place', async () => {
  const { ask } = await start({
    ADMIN_TOKEN: 'operators-token-0001',
    TRUSTED_PROXIES: '127.0.0.1',
  });
  const from = (token: string | undefined, address: string) =>
    ask('GET', API_PATHS.adminOverview, token, undefined, { 'x-forwarded-for': address });
  for (let number = 0; number < 20; number++) {
    expect((await from(`operators-token-${number}`, '192.0.2.1')).status).toBe(401);
  }
  expect((await from('operators-token-0001', '192.0.2.1')).status).toBe(429);
  expect((await from('operators-token-0001', '192.0.2.2')).status).toBe(200);
  // A request without a token does not count as an attempt.
  for (let number = 0; number < 25; number++) {
    expect((await from(undefined, '192.0.2.3')).status).toBe(401);
  }
});

describe('signing out', () => {
  it('ends the calls of this person, and no others', async () => {
    const { ask, session, url } = await withAccounts({ GUESTS: 'on' });
    const token = await issuer.token();
    await using one = await TestCall.start(url, {}, await createSession(url, token));
    await using two = await TestCall.start(url, {}, await createSession(url, token));
    await using bystander = await TestCall.start(
      url,
      {},
      await createSession(url, await issuer.token({ sub: 'user-2' })),
    );
    const unopened = await createSession(url, token);
    expect((await ask('POST', API_PATHS.signOut, token)).status).toBe(204);
    expect(await one.closed).toBe(4403);
    expect(await two.closed).toBe(4403);
    const late = new WebSocket(unopened.ws_url, ['parley.v1', `ticket.${unopened.ticket}`]);
    const closed = new Promise<number>((resolve) => {
      late.addEventListener('close', ({ code }) => resolve(code));
    });
    expect(await closed).toBe(4401);
    expect((await session(token)).status).toBe(401);
    expect((await ask('POST', API_PATHS.signOut, token)).status).toBe(401);
    expect((await session(await issuer.token({ iat: Date.now() / 1_000 + 2 }))).status).toBe(201);
    bystander.raw('{"type":"ping","client_ms":1}');
    await bystander.inbound.next('pong');
  });

  it('comes before a call that was asked for before, but whose request was slow', async () => {
    const { ask, url } = await start();
    const token = await signIn(url);
    const headers = { authorization: `Bearer ${token}`, 'content-length': 2 };
    const slow = request(new URL(API_PATHS.sessions, url), {
      method: 'POST',
      // The relay says when it has the headers.
      headers: { ...headers, expect: '100-continue' },
    });
    slow.flushHeaders();
    await once(slow, 'continue');
    expect((await ask('POST', API_PATHS.signOut, token)).status).toBe(204);
    slow.end('{}');
    const [{ statusCode }] = (await once(slow, 'response')) as [IncomingMessage];
    expect(statusCode).toBe(401);
  });

  it('is there for guests too', async () => {
    const { ask, session, url } = await start();
    const token = await signIn(url);
    await using call = await TestCall.start(url, {}, await createSession(url, token));
    await ask('POST', API_PATHS.signOut, token);
    expect(await call.closed).toBe(4403);
    expect((await session(token)).status).toBe(401);
  });

  it('needs a token', async () => {
    const { ask } = await start();
    expect((await ask('POST', API_PATHS.signOut)).status).toBe(401);
  });
});

describe('a token that expires during a call', () => {
  const nowS = () => Date.now() / 1_000;
  const call = async (url: string, exp: number) =>
    TestCall.start(url, {}, await createSession(url, await issuer.token({ exp })));
  const renewal = (id: string) => API_PATHS.sessionToken.replace(':id', id);

  it('may be replaced by a newer one of the same person', async () => {
    const { ask, url } = await withAccounts();
    await using mine = await call(url, nowS() - 30);
    const path = renewal(mine.grant.session_id);
    expect((await ask('POST', path, await issuer.token())).status).toBe(204);
  });

  it('is not renewed by another person’s token, nor for a call that is not there', async () => {
    const { ask, url } = await withAccounts();
    await using mine = await call(url, nowS() + 60);
    const { session_id: id } = mine.grant;
    const other = await issuer.token({ sub: 'user-2' });
    expect((await ask('POST', renewal(id), other)).status).toBe(404);
    expect((await ask('POST', renewal('sess_0'), await issuer.token())).status).toBe(404);
    expect((await ask('POST', renewal(id), await issuer.token({ exp: 1 }))).status).toBe(401);
    expect((await ask('POST', renewal(id))).status).toBe(401);
  });
});

describe('an access code', () => {
  const CODE = { ACCESS_CODE: 'open sesame', TRUSTED_PROXIES: '127.0.0.1' };
  const from = (address: string) => ({ 'x-forwarded-for': address });

  it('lets in guests who know it', async () => {
    const { guest, session } = await start(CODE);
    expect(await errorOf(await guest())).toMatchObject({ code: 'access_code_wrong' });
    expect((await guest({ access_code: 'open barley' })).status).toBe(401);
    const granted = await guest({ access_code: ' open sesame ' });
    const { token } = guestResponseSchema.parse(await granted.json());
    expect((await session(token)).status).toBe(201);
  });

  it('cannot be tried for long from one place, and other places are not kept out', async () => {
    const { guest } = await start(CODE);
    const attempts: Response[] = [];
    for (let number = 0; number < 22; number++) {
      // One subscriber has 2 to the 64th of these.
      const address = from(`2001:db8:1:2::${number}`);
      attempts.push(await guest({ access_code: `wrong ${number}` }, address));
    }
    expect(attempts.map(({ status }) => status)).toEqual([
      ...Array.from({ length: 20 }, () => 401),
      429,
      429,
    ]);
    const last = attempts.at(-1)!;
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(100);
    // Not even the right code, or the answer would be worth trying on.
    const right = { access_code: 'open sesame' };
    expect((await guest(right, from('2001:db8:1:2::ffff'))).status).toBe(429);
    expect((await guest(right, from('2001:db8:1:3::1'))).status).toBe(200);
  });

  it('that is changed is asked for again', async () => {
    const secret = { AUTH_SECRET: 'the same secret before and after' };
    const tokenOf = async (response: Response) =>
      guestResponseSchema.parse(await response.json()).token;
    const without = await start(secret);
    const first = await tokenOf(await without.guest());
    const before = await start({ ...secret, ACCESS_CODE: 'open sesame' });
    const second = await tokenOf(await before.guest({ access_code: 'open sesame' }));
    const after = await start({ ...secret, ACCESS_CODE: 'open barley' });
    expect((await before.session(first)).status).toBe(401);
    expect((await before.session(second)).status).toBe(201);
    expect((await after.session(second)).status).toBe(401);
  });

  it.each([{ access_code: 7 }, { access_code: 'a'.repeat(300) }, []])(
    '%#: of the wrong shape is no attempt',
    async (body) => {
      const { guest } = await start(CODE);
      expect((await guest(body)).status).toBe(400);
    },
  );
});
