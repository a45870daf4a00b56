import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  API_PATHS,
  conversationDetailSchema,
  conversationsResponseSchema,
  createSessionResponseSchema,
  meSchema,
  type ConversationDetail,
  type ConversationSummary,
} from '@parley/shared';
import { systemClock } from '../src/base/lib/clock.ts';
import { createSession } from './support/api.ts';
import { startKeptRelay, type KeptRelay } from './support/kept-relay.ts';
import { personOf, type Person } from './support/person.ts';
import { callOf, sessionEnd, turnRecord } from './support/records.ts';
import { ScriptedGenerator } from './support/scripted-generator.ts';
import { counting } from './support/scripted-synthesizer.ts';
import { TestCall } from './support/test-call.ts';

const PEOPLE = 12;
const { conversations } = API_PATHS;
const generator = new ScriptedGenerator({ clock: systemClock, historyTokens: 6_000 });
let kept: KeptRelay;
beforeAll(async () => {
  const env = { RECORDING: 'on', HTTP_REQUESTS_PER_ADDRESS: '10000' };
  kept = await startKeptRelay({ env, providers: { generator } });
}, 60_000);
afterAll(() => kept[Symbol.asyncDispose]());

async function list({ request }: Person, query = ''): Promise<readonly ConversationSummary[]> {
  const response = await request('GET', conversations + query);
  return conversationsResponseSchema.parse(await response.json()).conversations;
}

/** What the journal has to bring reaches the database within a moment. */
const soon = <T>(look: () => Promise<T> | T) => expect.poll(look, { timeout: 10_000 });

async function read({ request }: Person, id: string): Promise<ConversationDetail> {
  return conversationDetailSchema.parse(
    await (await request('GET', `${conversations}/${id}`)).json(),
  );
}

/** Types, and waits for the answer. */
async function say(call: TestCall, text: string): Promise<void> {
  call.type(text);
  await call.inbound.next('response.done');
}

const recordingsKept = () => readdir(join(kept.dataDir, 'recordings'));

it('what is said is kept, read, renamed, continued, recorded and deleted', async () => {
  const person = await personOf(kept.relay.url);
  const { request, token } = person;
  const first = await TestCall.start('', {}, await createSession(kept.relay.url, token));
  await say(first, 'My ship is called the Albatross');
  await first.hangUp();

  await soon(() => list(person)).toMatchObject([{ is_live: false }]);
  const [summary] = await list(person);
  expect(summary).toMatchObject({
    id: first.grant.conversation_id,
    title: 'My ship is called the Albatross',
    turns: 1,
    has_recording: false,
  });
  const { id } = summary!;
  const path = `${conversations}/${id}`;
  expect((await request('PATCH', path, { title: 'Ships' })).status).toBe(204);

  const again = await request('POST', API_PATHS.sessions, { conversation_id: id });
  const second = await TestCall.start(
    '',
    {},
    createSessionResponseSchema.parse(await again.json()),
  );
  second.send({ type: 'session.update', session: { recording: true } });
  await second.inbound.next('session.updated');
  second.speak(1, counting(1, 3_200));
  await second.inbound.next('response.done');
  await say(second, 'What is my ship called?');
  expect(generator.requests.at(-1)!.history[0]).toEqual({
    role: 'user',
    text: 'My ship is called the Albatross',
  });
  await second.hangUp();

  await soon(async () => (await read(person, id)).turns.length).toBe(3);
  await soon(async () => (await read(person, id)).has_recording).toBe(true);
  const detail = await read(person, id);
  expect(detail.title).toBe('Ships');
  expect(detail.sessions.map((session) => [session.id, session.has_recording])).toEqual([
    [first.grant.session_id, false],
    [second.grant.session_id, true],
  ]);
  expect(await list(person, '?query=albatross')).toHaveLength(1);
  expect(await list(person, '?query=whale')).toHaveLength(0);
  const text = await (await request('GET', `${path}/export`)).text();
  expect(text).toContain('You: My ship is called the Albatross');
  const recording = await request('GET', `${path}/recording`);
  expect(recording.headers.get('content-type')).toBe('audio/wav');
  expect((await recording.bytes()).length).toBeGreaterThan(44 + 3_200 * 4);
  expect(await recordingsKept()).toEqual([`${second.grant.session_id}.rec`]);

  expect((await request('DELETE', path)).status).toBe(204);
  expect(await list(person)).toEqual([]);
  await soon(recordingsKept).toEqual([]);
  expect((await request('POST', API_PATHS.sessions, { conversation_id: id })).status).toBe(404);
});

it('what is deleted in the middle of a recorded call is gone, and stays gone', async () => {
  const person = await personOf(kept.relay.url);
  const { request, token } = person;
  const me = meSchema.parse(await (await request('GET', API_PATHS.me)).json());
  expect(me.storage).toEqual({ transcripts: 'on', retention_days: null, recording: true });
  const call = await TestCall.start('', {}, await createSession(kept.relay.url, token));
  call.send({ type: 'session.update', session: { recording: true } });
  await call.inbound.next('session.updated');
  await say(call, 'Something private');
  call.type('Something more, which is being answered');
  await call.inbound.next('response.created');
  expect((await request('DELETE', API_PATHS.me)).status).toBe(204);
  await call.closed;
  expect((await request('GET', API_PATHS.me)).status).toBe(401);
  const store = kept.storage.asUser({ userId: person.userId, role: 'user' });
  // Behind all that could still be on its way: deleting again waits for the journal.
  await store.remove('conv_none');
  expect((await store.conversations({ limit: 30 })).conversations).toEqual([]);
  await soon(recordingsKept).toEqual([]);
});

it('a dozen people see nothing of one another, on any route', async () => {
  const people = await Promise.all(Array.from({ length: PEOPLE }, () => personOf(kept.relay.url)));
  for (const [index, { userId }] of people.entries()) {
    const call = callOf(userId, `own_${index}`);
    const text = `secret-${index}`;
    kept.storage.append(
      turnRecord(call, 1, { userText: text, replyText: text, title: { text, key: null } }),
    );
    kept.storage.append(sessionEnd(call));
  }
  await soon(() => list(people.at(-1)!)).toHaveLength(1);
  for (const [index, person] of people.entries()) {
    const { request } = person;
    const stranger = `${conversations}/conv_own_${(index + 1 + ((index * 5) % (PEOPLE - 1))) % PEOPLE}`;
    const answers = await Promise.all([
      request('GET', stranger),
      request('PATCH', stranger, { title: 'Mine now' }),
      request('DELETE', stranger),
      request('GET', `${stranger}/export?format=json`),
      request('GET', `${stranger}/recording`),
      request('POST', API_PATHS.sessions, { conversation_id: stranger.split('/').at(-1) }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404));
    const own = await Promise.all([
      request('GET', `${conversations}?query=secret`),
      request('GET', `${API_PATHS.me}/export`),
      request('GET', `${API_PATHS.me}/sessions`),
      request('GET', API_PATHS.usage),
    ]);
    const texts = await Promise.all([...answers, ...own].map((answer) => answer.text()));
    expect(texts.join('\n')).not.toMatch(new RegExp(`secret-(?!${index}\\b)|Mine now`));
    expect(texts.at(-3)).toContain(`secret-${index}`);
  }
});
