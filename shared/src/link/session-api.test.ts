import { beforeEach, expect, test } from 'vitest';
import { ParleyError } from '../protocol/errors.ts';
import { ClientError } from './client-error.ts';
import { SessionApi } from './session-api.ts';
import { TEST_LIMITS } from './session.fake.ts';

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
let sentBodies: string[];
let signedIn: string[];
let notOffered: string[];
let answers: (() => Promise<Response>)[];

beforeEach(() => {
  asked = [];
  sentBodies = [];
  signedIn = [];
  notOffered = [];
  answers = [];
});

const answer = (status: number, body: unknown) => async () => Response.json(body, { status });

function api(token: string | undefined, replacesToken = true, requiresChoices = false): SessionApi {
  return new SessionApi({
    baseUrl: 'http://relay.test',
    token,
    replacesToken,
    requiresChoices,
    onNotOffered: (choice) => notOffered.push(choice),
    fetch: (url, { headers, body }) => {
      sentBodies.push(String(body));
      asked.push(`${new URL(url).pathname} as ${headers['authorization'] ?? 'no guest'}`);
      return answers.shift()!();
    },
    onSignedIn: (value) => signedIn.push(value),
  });
}

const create = (tested: SessionApi, signal = NEVER) =>
  tested.createSession({ voice: 'slt', timeZone: 'UTC' }, signal);

test('signs in as a guest if there is no token, and keeps it', async () => {
  answers = [answer(200, GUEST), answer(201, SESSION), answer(201, SESSION)];
  const tested = api(undefined);
  expect(await create(tested)).toEqual(SESSION);
  await create(tested);
  expect(asked).toEqual([
    '/api/v1/auth/guest as no guest',
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
    '/api/v1/auth/guest as no guest',
    '/api/v1/sessions as Bearer new',
  ]);
});

test('a fresh token that is refused too is not replaced again', async () => {
  answers = [answer(401, UNAUTHORIZED), answer(200, GUEST), answer(401, UNAUTHORIZED)];
  await expect(create(api('kept'))).rejects.toMatchObject({
    code: 'unauthorized',
    retryable: false,
  });
});

test('a token that must be this one is not replaced', async () => {
  answers = [answer(401, UNAUTHORIZED)];
  await expect(create(api('kept', false))).rejects.toBeInstanceOf(ParleyError);
  expect(asked).toEqual(['/api/v1/sessions as Bearer kept']);
});

/** The relay's answer to a request with this fault. */
const refusedFor = (detail: string) =>
  answer(400, {
    error: {
      code: 'invalid_request',
      message: `${new ParleyError('invalid_request').message} ${detail}`,
      retryable: false,
      request_id: 'q',
    },
  });

test('a language that is refused is left out if the relay’s own will do', async () => {
  const refused = refusedFor('language: no.');
  answers = [refused, answer(201, SESSION)];
  const { signal } = new AbortController();
  const request = { voice: undefined, language: 'de', timeZone: undefined };
  expect(await api('kept').createSession(request, signal)).toEqual(SESSION);
  expect(sentBodies.splice(0)).toEqual(['{"language":"de"}', '{}']);
  answers = [refused];
  await expect(api('kept', true, true).createSession(request, signal)).rejects.toMatchObject({
    detail: 'language: no.',
  });
});

test('what was chosen for another relay is left out one by one, and reported', async () => {
  const { signal } = new AbortController();
  const request = { voice: 'gone', language: 'tlh', timeZone: 'Foo/Bar' };
  answers = [
    refusedFor('voice: expected one of slt, rms.'),
    refusedFor('time_zone: expected an IANA time zone.'),
    refusedFor('language: expected one of en-US.'),
    answer(201, SESSION),
  ];
  expect(await api('kept').createSession(request, signal)).toEqual(SESSION);
  expect(sentBodies.at(-1)).toBe('{}');
  expect(notOffered).toEqual(['voice', 'timeZone', 'language']);
});

test('a request that is refused for what it does not hold is not sent again', async () => {
  const { signal } = new AbortController();
  const request = { voice: undefined, timeZone: 'UTC', conversationId: 'conv_1' };
  for (const detail of ['voice: no.', 'conversation_id: no.', 'constructor: no.', 'no']) {
    answers = [refusedFor(detail)];
    // oxlint-disable-next-line no-await-in-loop -- one request at a time
    await expect(api('kept').createSession(request, signal)).rejects.toMatchObject({ detail });
  }
});

test('what the relay says beyond the sentence of a code is the detail', async () => {
  const { message } = new ParleyError('invalid_request');
  const error = { code: 'invalid_request', message: `${message} voice: no.`, retryable: false };
  answers = [answer(400, { error: { ...error, request_id: 'q' } })];
  await expect(create(api('kept', true, true))).rejects.toMatchObject({
    code: 'invalid_request',
    detail: 'voice: no.',
  });
});

const timeout = () => Promise.reject(new DOMException('too late', 'TimeoutError'));
test.each([
  ['no network', () => Promise.reject(new TypeError('fetch failed')), 'unreachable'],
  ['an answer that takes too long', timeout, 'timed_out'],
  ['a page of some proxy', async () => new Response('<html>'), 'unreadable_answer'],
  ['an error that is not the relay’s', answer(404, {}), 'unreadable_answer'],
  ['a proxy whose relay is away', answer(502, {}), 'unreachable'],
] as const)('%s is a fault of the way to the relay', async (_name, failing, code) => {
  answers = [failing];
  const error = await create(api('kept')).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ClientError);
  expect(error).toMatchObject({ code });
});

test('an aborted request rejects with the reason', async () => {
  const reason = new Error('hung up');
  answers = [() => Promise.reject(reason)];
  await expect(create(api('kept'), AbortSignal.abort(reason))).rejects.toBe(reason);
});

test('a new guest shows the access code', async () => {
  const bodies: string[] = [];
  answers = [answer(200, GUEST), answer(201, SESSION)];
  await create(
    new SessionApi({
      baseUrl: 'http://relay.test',
      token: undefined,
      replacesToken: true,
      accessCode: 'open sesame',
      fetch: (_url, { body }) => {
        bodies.push(String(body));
        return answers.shift()!();
      },
    }),
  );
  expect(bodies[0]).toBe('{"access_code":"open sesame"}');
});

test('a running session is told of a renewed token', async () => {
  answers = [async () => new Response(null, { status: 204 })];
  await api('old').renewToken('sess_1', 'renewed', NEVER);
  expect(asked).toEqual(['/api/v1/sessions/sess_1/token as Bearer renewed']);
});
