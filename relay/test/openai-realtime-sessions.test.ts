import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { CLOSE_REASONS } from '@parley/shared';
import type { CallEvent } from '../src/call/events/call-events.ts';
import { RealtimeClient, tone } from './support/realtime-client.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

let relay: TestRelay;
const talked: CallEvent[] = [];
beforeAll(async () => {
  relay = await startTestRelay({
    observers: [{ name: 'test', observe: (event) => talked.push(event) }],
  });
});
afterAll(() => relay[Symbol.asyncDispose]());

it('what was appended is forgotten when it is cleared, and nothing cannot be committed', async () => {
  await using client = await RealtimeClient.manual(relay.url);
  client.append(tone(600));
  client.send({ type: 'input_audio_buffer.clear' });
  await client.next('input_audio_buffer.cleared');
  client.send({ type: 'input_audio_buffer.commit', event_id: 'mine' });
  const { error } = await client.next('error');
  expect(error).toMatchObject({ code: 'input_audio_buffer_commit_empty', event_id: 'mine' });
});

it('all of the effective session is shown, with names that are not known here', async () => {
  await using client = await RealtimeClient.manual(relay.url);
  client.send({
    type: 'session.update',
    session: {
      type: 'realtime',
      model: 'gpt-realtime-99',
      audio: { input: { turn_detection: { type: 'semantic_vad' } }, output: { voice: 'marin' } },
    },
  });
  expect((await client.next('session.updated')).session).toMatchObject({
    object: 'realtime.session',
    model: 'gpt-realtime-99',
    audio: {
      input: {
        format: { type: 'audio/pcm', rate: 24_000 },
        transcription: { model: 'any' },
        turn_detection: { type: 'semantic_vad', eagerness: 'auto', interrupt_response: true },
      },
      output: { voice: 'marin' },
    },
  });
});

it.each([
  ['half an object', '{', 'invalid_json', null],
  ['an unknown event', '{"type":"no.such.event"}', 'invalid_request', 'type'],
  [
    'a tool elsewhere',
    '{"type":"session.update","session":{"type":"realtime","tools":[{"type":"mcp"}]}}',
    'invalid_request',
    'session.tools.0.type',
  ],
  [
    'a response beside the conversation',
    '{"type":"response.create","response":{"conversation":"none"}}',
    'unsupported',
    'response.conversation',
  ],
  [
    'JSON that is too deep',
    `{"type":"session.update","session":{"tracing":${'['.repeat(9_000)}${']'.repeat(9_000)}}}`,
    'invalid_request',
    'session.tracing',
  ],
  [
    'a huge session',
    `{"type":"session.update","session":{"tracing":"${'x'.repeat(70_000)}"}}`,
    'invalid_request',
    'event',
  ],
])('%s is refused, and the session goes on', async (_, message, code, param) => {
  await using client = await RealtimeClient.manual(relay.url);
  client.socket.send(message);
  expect((await client.next('error')).error).toMatchObject({ code, param });
  client.type('Hello.');
  client.send({ type: 'response.create' });
  await client.next('response.done');
});

it('what the session refuses is not shown as if it were taken', async () => {
  await using client = await RealtimeClient.manual(relay.url);
  const instructions = 'x'.repeat(16_000);
  client.send({ type: 'session.update', session: { type: 'realtime', instructions } });
  await client.next('session.updated');
  const described = client.ofType('session.updated').length;
  const description = 'x'.repeat(4_000);
  const tools = Array.from({ length: 14 }, (_, at) => ({
    ...{ type: 'function' as const, name: `tool-${at}`, description },
  }));
  client.send({ type: 'session.update', session: { type: 'realtime', tools } });
  const { error } = await client.next('error');
  expect(error).toMatchObject({ code: 'invalid_request', param: 'session.tools' });
  const content = [1, 2].map(() => ({ type: 'input_text' as const, text: 'a'.repeat(1_500) }));
  client.send({
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content },
  });
  expect((await client.next('error')).error.code).toBe('text_too_long');
  client.type('Hello.');
  const { item } = await client.next('conversation.item.added');
  expect(item).toMatchObject({ content: [{ text: 'Hello.' }] });
  expect(client.ofType('session.updated')).toHaveLength(described);
  client.send({ type: 'session.update', session: { type: 'realtime' } });
  expect((await client.next('session.updated')).session).toMatchObject({ tools: [] });
});

it('a session of transcription gives words and no responses', async () => {
  await using client = await RealtimeClient.connect(relay.url, { query: '?intent=transcription' });
  client.send({
    type: 'session.update',
    session: { type: 'transcription', audio: { input: { turn_detection: null } } },
  });
  expect((await client.next('session.updated')).session.type).toBe('transcription');
  client.append(tone(600));
  client.send({ type: 'input_audio_buffer.commit' });
  await client.next('conversation.item.input_audio_transcription.completed');
  client.send({ type: 'response.create' });
  expect((await client.next('error')).error.param).toBe('type');
  expect(client.ofType('response.created')).toEqual([]);
});

it('a client that goes on with what cannot be read is closed', async () => {
  await using client = await RealtimeClient.manual(relay.url);
  for (let mistake = 0; mistake <= 50; mistake += 1) client.socket.send('{');
  expect(await client.closed).toBe(CLOSE_REASONS.tooManyMalformed.code);
  expect(client.ofType('error').at(-1)!.error.code).toBe('too_many_malformed');
});

it.each([
  ['audio/pcm', 48_000],
  ['audio/pcma', 8_000],
] as const)('more %s than there is time for is refused', async (type, bytesPerSecond) => {
  await using client = await RealtimeClient.manual(relay.url);
  const audio = { input: { format: { type } } };
  client.send({ type: 'session.update', session: { type: 'realtime', audio } });
  const halfMinute = Buffer.alloc(bytesPerSecond * 30).toString('base64');
  for (let piece = 0; piece < 3; piece += 1) {
    client.send({ type: 'input_audio_buffer.append', audio: halfMinute });
  }
  expect((await client.next('error')).error.code).toBe('rate_limited');
});

it('a client that takes in no answers is closed, and has hung up', async () => {
  await using client = await RealtimeClient.manual(relay.url);
  const session = { type: 'realtime' as const };
  const tracing = { metadata: 'x'.repeat(60_000) };
  client.send({ type: 'session.update', session: { ...session, tracing } });
  await client.next('session.updated');
  client.socket.pause();
  for (let times = 0; times < 400; times += 1) client.send({ type: 'session.update', session });
  await vi.waitFor(() =>
    expect(talked.at(-1)).toMatchObject({ type: 'session-ended', reason: 'slowConsumer' }),
  );
  client.socket.resume();
  expect(await client.closed).toBe(CLOSE_REASONS.slowConsumer.code);
});

it('telephone audio is taken and given', async () => {
  await using client = await RealtimeClient.manual(relay.url);
  const format = { type: 'audio/pcmu' as const };
  const audio = { input: { format }, output: { format } };
  client.send({ type: 'session.update', session: { type: 'realtime', audio } });
  const bytes = Buffer.alloc(8_000, 0xff);
  client.send({ type: 'input_audio_buffer.append', audio: bytes.toString('base64') });
  client.send({ type: 'input_audio_buffer.commit' });
  const completed = await client.next('conversation.item.input_audio_transcription.completed');
  expect(completed.usage).toMatchObject({ seconds: 1 });
  client.send({ type: 'response.create' });
  await client.next('response.output_audio.delta');
});

it('a stranger is refused before the upgrade, in the words of OpenAI', async () => {
  const url = new URL('/v1/realtime', relay.url.replace(/^http/, 'ws'));
  const socket = new WebSocket(url, { headers: { authorization: 'Bearer nobody' } });
  const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  expect(answer.statusCode).toBe(401);
  expect(await json(answer)).toMatchObject({
    error: { type: 'authentication_error', code: 'unauthorized', param: null },
  });
});

it('a client that goes away has hung up', async () => {
  const client = await RealtimeClient.manual(relay.url);
  await client[Symbol.asyncDispose]();
  await vi.waitFor(() =>
    expect(talked.at(-1)).toMatchObject({ type: 'session-ended', reason: 'normal' }),
  );
});
