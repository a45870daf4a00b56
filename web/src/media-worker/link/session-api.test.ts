import { beforeEach, expect, test } from 'vitest';
import { SessionApi, type SessionRequestError } from './session-api.ts';
import { TEST_LIMITS } from '../../messages/session-fixture.ts';

const SESSION = {
  session_id: 's',
  ticket: 't',
  resume_token: 'r',
  limits: TEST_LIMITS,
  ws_url: 'ws://relay.test/api/v1/realtime',
};
const GUEST = { token: 'new', expires_in_s: 60 };
const UNAUTHORIZED = {
  error: { code: 'unauthorized', message: 'Sign in.', retryable: false, request_id: 'q' },
};
const NEVER = new AbortController().signal;

let asked: string[];
let signedIn: string[];
let answers: (() => Promise<Response>)[];

beforeEach(() => {
  asked = [];
  signedIn = [];
  answers = [];
});

const answer = (status: number, body: unknown) => async () => Response.json(body, { status });

function api(token: string | undefined): SessionApi {
  return new SessionApi({
    baseUrl: 'http://relay.test',
    token,
    fetch: (url, { headers }) => {
      asked.push(`${new URL(url).pathname} as ${headers['authorization'] ?? 'nobody'}`);
      return answers.shift()!();
    },
    onSignedIn: (value) => signedIn.push(value),
  });
}

const create = (tested: SessionApi, signal = NEVER) =>
  tested.createSession({ voice: 'slt', timeZone: 'UTC' }, signal);

test('signs in as a guest where there is no token, and keeps it', async () => {
  answers = [answer(200, GUEST), answer(201, SESSION), answer(201, SESSION)];
  const tested = api(undefined);
  expect(await create(tested)).toEqual(SESSION);
  await create(tested);
  expect(asked).toEqual([
    '/api/v1/auth/guest as nobody',
    '/api/v1/sessions as Bearer new',
    '/api/v1/sessions as Bearer new',
  ]);
  expect(signedIn).toEqual(['new']);
});

test('a token that is no longer accepted is replaced once', async () => {
  answers = [answer(401, UNAUTHORIZED), answer(200, GUEST), answer(201, SESSION)];
  expect(await create(api('kept'))).toEqual(SESSION);
  expect(asked).toEqual([
    '/api/v1/sessions as Bearer kept',
    '/api/v1/auth/guest as nobody',
    '/api/v1/sessions as Bearer new',
  ]);
});

test('a fresh token that is refused too is not replaced again', async () => {
  answers = [answer(401, UNAUTHORIZED), answer(200, GUEST), answer(401, UNAUTHORIZED)];
  await expect(create(api('kept'))).rejects.toMatchObject({
    code: 'unauthorized',
    retryable: false,
  } satisfies Partial<SessionRequestError>);
});

test.each([
  ['no network', () => Promise.reject(new TypeError('fetch failed'))],
  ['a page of some proxy', async () => new Response('<html>', { status: 200 })],
  ['an error that is not the relay’s', answer(502, {})],
])('%s counts as not reached, and may be tried again', async (_name, failing) => {
  answers = [failing];
  await expect(create(api('kept'))).rejects.toMatchObject({
    code: 'network_unreachable',
    retryable: true,
  });
});

test('an aborted request rejects with the reason', async () => {
  const reason = new Error('hung up');
  answers = [() => Promise.reject(reason)];
  await expect(create(api('kept'), AbortSignal.abort(reason))).rejects.toBe(reason);
});
