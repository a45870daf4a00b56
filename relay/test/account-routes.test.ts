import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  API_PATHS,
  CLOSE_REASONS,
  conversationDetailSchema,
  conversationsResponseSchema,
  errorResponseSchema,
  liveSessionsResponseSchema,
  meSchema,
} from '@parley/shared';
import type { CallEvent } from '../src/call/events/call-events.ts';
import { createSession } from './support/api.ts';
import { MemoryStorage } from './support/memory-storage.ts';
import { personOf } from './support/person.ts';
import { storedConversation, storedTurn } from './support/stored-conversation.ts';
import { TestCall } from './support/test-call.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

const { me, conversations, usage } = API_PATHS;
const storage = new MemoryStorage();
let onEvent: (event: CallEvent) => void = () => {};
let relay: TestRelay;
beforeAll(async () => {
  const observer = { name: 'observer', observe: (event: CallEvent) => onEvent(event) };
  const env = { ALLOWED_ORIGINS: 'https://friend.example' };
  relay = await startTestRelay({ storage, env, observers: [observer] });
});
afterAll(() => relay[Symbol.asyncDispose]());
beforeEach(() => {
  storage.state = 'ok';
});

async function codeOf(response: Response): Promise<string> {
  return errorResponseSchema.parse(await response.json()).error.code;
}

it('says who a person is, and what they may', async () => {
  const { userId, request } = await personOf(relay.url);
  const answer = meSchema.parse(await (await request('GET', me)).json());
  expect(answer).toMatchObject({ user_id: userId, kind: 'guest', role: 'user', plan: 'guest' });
});

describe('conversations', () => {
  it('are listed page by page, read, renamed and deleted', async () => {
    const { userId, request } = await personOf(relay.url);
    storage.of(userId).conversations = [1, 2, 3].map((number) =>
      storedConversation({ id: `conv_${number}`, title: `Number ${number}` }),
    );
    const list = async (query: string) =>
      conversationsResponseSchema.parse(await (await request('GET', conversations + query)).json());

    const first = await list('?limit=2');
    expect(first.conversations.map(({ title }) => title)).toEqual(['Number 1', 'Number 2']);
    const second = await list(`?limit=2&before=${first.next}`);
    expect(second).toMatchObject({ conversations: [{ id: 'conv_3' }], next: null });

    const path = `${conversations}/conv_2`;
    expect((await request('PATCH', path, { title: ' Renamed ' })).status).toBe(204);
    const read = conversationDetailSchema.parse(await (await request('GET', path)).json());
    expect(read.title).toBe('Renamed');

    expect((await request('DELETE', path)).status).toBe(204);
    expect((await request('GET', path)).status).toBe(404);
    expect((await list('')).conversations).toHaveLength(2);
  });

  it.each([
    ['', 'txt', 'text/plain; charset=utf-8', 'Call of'],
    ['?format=json', 'json', 'application/json', '"turns"'],
    ['?format=vtt', 'vtt', 'text/vtt; charset=utf-8', 'WEBVTT'],
  ])('are exported with %j as a .%s file', async (query, ending, type, content) => {
    const { userId, request } = await personOf(relay.url);
    storage.of(userId).conversations = [storedConversation({ title: 'Über "uns"' })];
    const response = await request('GET', `${conversations}/conv_1/export${query}`);
    expect(response.headers.get('content-type')).toBe(type);
    expect(response.headers.get('content-disposition')).toContain(
      `filename*=UTF-8''%C3%9Cber%20uns.${ending}`,
    );
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await response.text()).toContain(content);
  });

  it.each([
    ['GET', '?limit=0'],
    ['GET', '?limit=1000'],
    ['GET', '?limit=many'],
    ['GET', '?from=yesterday'],
    ['GET', '?from=2026-02-30'],
    ['GET', '?query=%00'],
    ['GET', `?query=${'x'.repeat(201)}`],
    ['GET', `?before=${'x'.repeat(201)}`],
    ['GET', '/conv_1/export?format=exe'],
    ['PATCH', '/conv_1', {}],
    ['PATCH', '/conv_1', { title: ' ' }],
    ['PATCH', '/conv_1', { title: 'x'.repeat(121) }],
    ['PATCH', '/conv_1', { title: 'a\nb' }],
    ['PATCH', '/conv_1', { title: '\ud800' }],
    ['PATCH', '/conv_1', { title: 7 }],
  ])('refuse %s %s with %j', async (method, path, body?: object) => {
    const { request } = await personOf(relay.url);
    const response = await request(method, conversations + path, body);
    expect(response.status).toBe(400);
    expect(await codeOf(response)).toBe('invalid_request');
  });

  it.each(['/conv_', '/sess_1', `/conv_${'x'.repeat(50)}`, '/%00', '/conv_1%2F..%2Fconv_2'])(
    'are not found at %s',
    async (path) => {
      const { request } = await personOf(relay.url);
      expect((await request('GET', conversations + path)).status).toBe(404);
    },
  );
});

describe('calls that run', () => {
  it('are listed, and end from elsewhere', async () => {
    const { token, request } = await personOf(relay.url);
    await using call = await TestCall.start('', {}, await createSession(relay.url, token));
    await using other = await TestCall.start(relay.url);
    const { session_id, conversation_id } = call.grant;

    const list = await request('GET', `${me}/sessions`);
    const { sessions } = liveSessionsResponseSchema.parse(await list.json());
    expect(sessions).toMatchObject([
      { session_id, conversation_id, client: 'node', is_connected: true },
    ]);
    expect(Math.abs(Date.parse(sessions[0]!.started_at) - Date.now())).toBeLessThan(60_000);

    const foreign = await request('DELETE', `${me}/sessions/${other.grant.session_id}`);
    expect(foreign.status).toBe(404);
    expect((await request('DELETE', `${me}/sessions/${session_id}`)).status).toBe(204);
    expect(await call.closed).toBe(CLOSE_REASONS.endedElsewhere.code);
    expect(await (await request('GET', `${me}/sessions`)).json()).toEqual({ sessions: [] });
  });

  it('end when their conversation is deleted', async () => {
    const { userId, token, request } = await personOf(relay.url);
    await using call = await TestCall.start('', {}, await createSession(relay.url, token));
    const id = call.grant.conversation_id!;
    storage.of(userId).conversations = [storedConversation({ id })];
    expect((await request('DELETE', `${conversations}/${id}`)).status).toBe(204);
    expect(await call.closed).toBe(CLOSE_REASONS.endedElsewhere.code);
  });
});

describe('everything about a person', () => {
  it('is one JSON file', async () => {
    const { userId, request } = await personOf(relay.url);
    const many = Array.from({ length: 230 }, (_, index) =>
      storedConversation({ id: `conv_${index}`, turns: [storedTurn({ user_text: `${index}` })] }),
    );
    storage.of(userId).conversations = many;
    const response = await request('GET', `${me}/export`);
    expect(response.headers.get('content-disposition')).toMatch(/filename="parley [\d-]+\.json"/);
    const document = (await response.json()) as Record<string, unknown>;
    expect(document).toMatchObject({ user: { user_id: userId }, usage: [] });
    expect(document['conversations']).toEqual(many);
  });

  it('is deleted on request, and calls that run end', async () => {
    const { userId, token, request } = await personOf(relay.url);
    const bystander = await personOf(relay.url);
    storage.of(userId).conversations = [storedConversation()];
    storage.of(bystander.userId).conversations = [storedConversation()];
    await using call = await TestCall.start('', {}, await createSession(relay.url, token));
    const order: string[] = [];
    onEvent = ({ type, ...event }) => {
      if (type === 'session-ended' && event.userId === userId) order.push(type);
    };
    storage.onRemoved = () => order.push('removed');
    call.type('Something that is being answered when all of it is deleted');
    await call.inbound.next('response.created');
    expect((await request('DELETE', me)).status).toBe(204);
    expect(await call.closed).toBe(CLOSE_REASONS.signedOut.code);
    // All its events were reported before it was deleted.
    expect(order).toEqual(['session-ended', 'removed']);
    expect((await request('GET', me)).status).toBe(401);
    expect(storage.of(userId).conversations).toEqual([]);
    expect(storage.of(bystander.userId).conversations).toHaveLength(1);
  });
});

interface Route {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  /** The relay answers without the storage. */
  readonly isLive?: boolean;
}

const ROUTES: readonly Route[] = [
  { method: 'GET', path: me, isLive: true },
  { method: 'GET', path: `${me}/export` },
  { method: 'DELETE', path: me },
  { method: 'GET', path: `${me}/sessions`, isLive: true },
  { method: 'DELETE', path: `${me}/sessions/sess_1`, isLive: true },
  { method: 'GET', path: conversations },
  { method: 'GET', path: `${conversations}/conv_ID` },
  { method: 'PATCH', path: `${conversations}/conv_ID`, body: { title: 'Mine now' } },
  { method: 'DELETE', path: `${conversations}/conv_ID` },
  { method: 'GET', path: `${conversations}/conv_ID/export` },
  { method: 'GET', path: `${conversations}/conv_ID/export?format=vtt` },
  { method: 'GET', path: `${conversations}/conv_ID/recording` },
  { method: 'POST', path: API_PATHS.sessions, body: { conversation_id: 'conv_ID' } },
  { method: 'GET', path: usage },
];

it.each(ROUTES)('$method $path needs a token', async ({ method, path }) => {
  const response = await fetch(relay.url + path, { method });
  expect(response.status).toBe(401);
  expect(await codeOf(response)).toBe('unauthorized');
});

describe.each(['starting', 'unavailable'] as const)('while the storage is %s', (state) => {
  it.each(ROUTES.filter(({ isLive }) => isLive !== true))(
    '$method $path asks to come back later',
    async ({ method, path, body }) => {
      const { request } = await personOf(relay.url);
      storage.state = state;
      const response = await request(method, path, body);
      expect(response.status).toBe(503);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await codeOf(response)).toBe('storage_unavailable');
    },
  );
});

// With the real storage, and fifty people, in history.test.ts.
it('shows people nothing of one another, on any route', async () => {
  const people = await Promise.all(Array.from({ length: 10 }, () => personOf(relay.url)));
  const own = new Map(
    people.map(({ userId }, index) => {
      const turns = [storedTurn({ user_text: `secret-${index}`, reply_text: `answer-${index}` })];
      const kept = storedConversation({ id: `conv_${index}`, title: `title-${index}`, turns });
      storage.of(userId).conversations = [kept];
      return [userId, kept] as const;
    }),
  );
  for (const [index, { userId, request }] of people.entries()) {
    const stranger = (index + 1 + ((index * 7) % 9)) % 10;
    for (const { method, path, body } of ROUTES) {
      if (method === 'DELETE' && path === me) continue;
      const theirs = <T>(of: T) =>
        JSON.parse(JSON.stringify(of).replace('conv_ID', `conv_${stranger}`)) as T;
      const response = await request(method, theirs(path), body && theirs(body));
      const text = await response.text();
      const isTheirs = /conv_|sess_/.test(path + JSON.stringify(body));
      expect([path, response.status]).toEqual([path, isTheirs ? 404 : 200]);
      expect(text).not.toMatch(new RegExp(`(secret|answer|title)-(?!${index}\\b)`));
    }
    expect(storage.of(userId).conversations).toEqual([own.get(userId)]);
  }
});

it.each(['PATCH', 'DELETE'])('pages of other origins may send %s', async (method) => {
  const response = await fetch(`${relay.url}${conversations}/conv_1`, {
    method: 'OPTIONS',
    headers: { origin: 'https://friend.example', 'access-control-request-method': method },
  });
  expect(response.headers.get('access-control-allow-methods')).toContain(method);
});
