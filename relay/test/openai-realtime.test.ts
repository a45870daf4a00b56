import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Generator } from '../src/call/stages/generator/generator.ts';
import { chatWith, type Talk } from '../src/providers/vendor-kit/language-model/talk.rig.ts';
import type { ClientSecretCreateResponse } from 'openai/resources/realtime/client-secrets';
import { signIn } from './support/api.ts';
import { RealtimeClient, tone } from './support/realtime-client.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

let talk: Talk;
let relay: TestRelay;
const bodies: string[] = [];
beforeAll(async () => {
  talk = await chatWith(
    {
      useTool: (question, names) =>
        question.includes('weather') && names.includes('weather')
          ? { name: 'weather', input: { place: 'Berlin' } }
          : undefined,
      answerAfterTool: (result) => `They say ${result}.`,
      answer: (question) =>
        question.includes('story')
          ? 'And then they went on and on. '.repeat(60)
          : `I heard ${question.length} letters. That is all.`,
    },
    'openai',
    {},
    (body) => bodies.push(String(body)),
  );
  relay = await startTestRelay({ providers: { generator: talk.generator } });
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  await talk[Symbol.asyncDispose]();
});

it('a typed turn is answered when it is asked for, in the order that clients rely on', async () => {
  await using client = await RealtimeClient.manual(relay.url);
  client.type('Hello.');
  await client.next('conversation.item.done');
  client.send({ type: 'response.create', response: { metadata: { topic: 'x' } } });
  const { response } = await client.next('response.done');
  await client.next('rate_limits.updated');
  expect(response).toMatchObject({ status: 'completed', metadata: { topic: 'x' } });
  const order = client.types.slice(client.types.indexOf('response.created'));
  expect(order.filter((type, at) => type !== order[at - 1])).toEqual([
    'response.created',
    'response.output_item.added',
    'conversation.item.added',
    'response.content_part.added',
    'response.output_audio_transcript.delta',
    'response.output_audio.delta',
    'response.output_audio_transcript.delta',
    'response.output_audio.delta',
    'response.output_audio.done',
    'response.output_audio_transcript.done',
    'response.content_part.done',
    'conversation.item.done',
    'response.output_item.done',
    'response.done',
    'rate_limits.updated',
  ]);
});

it('a committed utterance becomes an item with its words, and waits to be answered', async () => {
  await using client = await RealtimeClient.manual(relay.url);
  const said = tone(600);
  for (const [from, to] of [
    [0, 1],
    [1, 1],
    [1, 4_000],
    [4_000, 4_001],
    [4_001, said.length],
  ]) {
    client.append(said.subarray(from, to));
  }
  client.send({ type: 'input_audio_buffer.commit' });
  const { item_id } = await client.next('input_audio_buffer.committed');
  const completed = await client.next('conversation.item.input_audio_transcription.completed');
  expect(completed).toMatchObject({ item_id, usage: { type: 'duration', seconds: 0.6 } });
  client.send({ type: 'conversation.item.retrieve', item_id });
  expect((await client.next('conversation.item.retrieved')).item).toMatchObject({
    role: 'user',
    content: [{ type: 'input_audio', transcript: completed.transcript }],
  });
  expect(client.ofType('response.created')).toEqual([]);
  client.send({ type: 'response.create' });
  await client.next('response.done');
  expect(bodies.at(-1)).toContain(completed.transcript);
});

it('the voice comes at 24 kHz, whatever its own rate', async () => {
  await using client = await RealtimeClient.manual(relay.url);
  client.type('Hello.');
  client.send({ type: 'response.create' });
  await client.next('response.done');
  const bytes = client
    .ofType('response.output_audio.delta')
    .reduce((sum, { delta }) => sum + Buffer.from(delta, 'base64').length, 0);
  // The scripted voice takes 20 ms a character, at 16 kHz.
  expect(bytes / 48).toBe('I heard 6 letters.That is all.'.length * 20);
});

it('a reply that is truncated beyond its end is cut at its end, else at a word', async () => {
  await using client = await RealtimeClient.manual(relay.url);
  client.type('Hello.');
  client.send({ type: 'response.create' });
  const { item } = await client.next('response.output_item.done');
  const item_id = item.id!;
  const textAfter = async (audio_end_ms: number) => {
    const content_index = 0;
    client.send({ type: 'conversation.item.truncate', item_id, content_index, audio_end_ms });
    await client.next('conversation.item.truncated');
    client.send({ type: 'conversation.item.retrieve', item_id });
    const { item: cut } = await client.next('conversation.item.retrieved');
    return (cut as { content: { transcript: string }[] }).content[0]!.transcript;
  };
  expect(await textAfter(3_600_000)).toBe('I heard 6 letters. That is all.');
  expect(await textAfter(0)).toBe('');
});

it('a response is cancelled by its client', async () => {
  await using client = await RealtimeClient.manual(relay.url);
  client.type('Tell me a story.');
  client.send({ type: 'response.create' });
  await client.next('response.output_audio.delta');
  client.send({ type: 'response.create' });
  const second = await client.next('error');
  expect(second.error.code).toBe('conversation_already_has_active_response');
  client.send({ type: 'response.cancel' });
  expect((await client.next('response.done')).response).toMatchObject({
    status: 'cancelled',
    status_details: { type: 'cancelled', reason: 'client_cancelled' },
    output: [{ status: 'incomplete' }],
  });
  client.send({ type: 'response.cancel' });
  expect((await client.next('error')).error.code).toBe('response_cancel_not_active');
});

it('instructions hold for the session, or for one response', async () => {
  await using client = await RealtimeClient.manual(relay.url);
  const session = { type: 'realtime', instructions: 'Be a pirate.' } as const;
  client.send({ type: 'session.update', session });
  client.send({ type: 'response.create', response: { instructions: 'Greet the sailor.' } });
  await client.next('response.done');
  expect(bodies.at(-1)).toContain('Greet the sailor.');
  expect(bodies.at(-1)).not.toContain('Be a pirate.');
  client.type('Hello.');
  client.send({ type: 'response.create' });
  await client.next('response.done');
  expect(bodies.at(-1)).toContain('Be a pirate.');
});

it('a function ends the response, and its output is answered in the next one', async () => {
  await using client = await RealtimeClient.manual(relay.url);
  const parameters = { type: 'object', properties: { place: { type: 'string' } } };
  const tools = [{ type: 'function' as const, name: 'weather', parameters }];
  client.send({ type: 'session.update', session: { type: 'realtime', tools } });
  client.type('How is the weather?');
  client.send({ type: 'response.create' });
  const { response } = await client.next('response.done');
  const call = { type: 'function_call', name: 'weather', arguments: '{"place":"Berlin"}' };
  expect(response).toMatchObject({ status: 'completed', output: [call] });
  const { call_id } = response.output![0] as { call_id: string };
  const item = { type: 'function_call_output' as const, call_id, output: 'rain' };
  client.send({ type: 'conversation.item.create', item });
  client.send({ type: 'response.create' });
  expect((await client.next('response.done')).response).toMatchObject({
    status: 'completed',
    output: [{ content: [{ transcript: 'They say rain.' }] }],
  });
  client.type('Thank you.');
  client.send({ type: 'response.create' });
  expect((await client.next('response.done')).response.status).toBe('completed');
});

it('a function that is left unanswered does not hold up what is asked next', async () => {
  await using client = await RealtimeClient.manual(relay.url);
  const tools = [{ type: 'function' as const, name: 'weather' }];
  client.send({ type: 'session.update', session: { type: 'realtime', tools } });
  client.type('How is the weather?');
  client.send({ type: 'response.create' });
  await client.next('response.done');
  client.type('Never mind.');
  client.send({ type: 'response.create', response: { tool_choice: 'none' } });
  // After the function's deadline it would be another answer.
  expect((await client.next('response.done')).response).toMatchObject({
    status: 'completed',
    output: [{ content: [{ transcript: expect.stringMatching(/^I heard/) }] }],
  });
});

it('the output of a function whose call is over is remembered all the same', async () => {
  await using client = await RealtimeClient.manual(relay.url);
  client.type('Is it wet?');
  const item = { type: 'function_call_output' as const, call_id: 'earlier', output: 'heavy rain' };
  client.send({ type: 'conversation.item.create', item });
  client.send({ type: 'response.create' });
  await client.next('response.done');
  expect(bodies.at(-1)).toMatch(/Is it wet\?.*A function has answered: heavy rain/);
});

it('what was meant for a response that is refused does not hold for the next one', async () => {
  await using client = await RealtimeClient.manual(relay.url);
  client.type('Hello.');
  const { item } = await client.next('conversation.item.done');
  client.send({ type: 'conversation.item.delete', item_id: item.id! });
  client.send({ type: 'response.create', response: { instructions: 'Only once.' } });
  expect((await client.next('error')).error.code).toBe('nothing_to_answer');
  client.type('Hello again.');
  client.send({ type: 'response.create' });
  await client.next('response.done');
  expect(bodies.at(-1)).toContain('Hello again.');
  expect(bodies.at(-1)).not.toContain('Only once.');
});

it('functions that are called at once are answered once', async () => {
  const generator: Generator = {
    name: 'parallel',
    async *generate({ clientTools, signal }) {
      yield { type: 'tool-called', name: 'left' };
      const outputs = await Promise.all(
        ['left', 'right'].map((name) => clientTools!.call(name, '{}', signal)),
      );
      yield { type: 'tools-answered' };
      yield { type: 'text-delta', text: `${outputs.join(' and ')}.` };
    },
  };
  await using other = await startTestRelay({ providers: { generator } });
  await using client = await RealtimeClient.manual(other.url);
  const tools = ['left', 'right'].map((name) => ({ type: 'function' as const, name }));
  client.send({ type: 'session.update', session: { type: 'realtime', tools } });
  client.type('Both, please.');
  client.send({ type: 'response.create' });
  const output = async () => {
    const {
      arguments: _,
      call_id,
      name,
    } = await client.next('response.function_call_arguments.done');
    const item = { type: 'function_call_output' as const, call_id, output: name };
    return () => {
      client.send({ type: 'conversation.item.create', item });
      client.send({ type: 'response.create' });
    };
  };
  const answers = [await output(), await output()];
  await client.next('response.done');
  answers[0]!();
  await client.next('response.created');
  answers[1]!();
  // It runs already.
  expect((await client.next('error')).error.code).toBe('conversation_already_has_active_response');
  const { item } = await client.next('response.output_item.done');
  expect(item).toMatchObject({ content: [{ transcript: 'left and right.' }] });
  await client.next('response.done');
  client.send({ type: 'response.create' });
  expect((await client.next('response.done')).response.output).toEqual([]);
});

it('earlier items are remembered, and deleted ones are not', async () => {
  await using client = await RealtimeClient.manual(relay.url);
  const content = [{ type: 'output_text' as const, text: 'I told you a secret.' }];
  client.send({
    type: 'conversation.item.create',
    item: { type: 'message', id: 'said', role: 'assistant', content },
  });
  client.send({
    type: 'conversation.item.create',
    item: { type: 'message', role: 'system', content: [{ type: 'input_text', text: 'It rains.' }] },
  });
  client.type('What was it?');
  client.send({ type: 'response.create' });
  await client.next('response.done');
  expect(bodies.at(-1)).toMatch(/I told you a secret\..*\[It rains\.\]/);
  client.send({ type: 'conversation.item.delete', item_id: 'said' });
  await client.next('conversation.item.deleted');
  client.send({ type: 'response.create' });
  await client.next('response.done');
  expect(bodies.at(-1)).not.toContain('secret');
  client.send({ type: 'conversation.item.retrieve', item_id: 'said' });
  expect((await client.next('error')).error.code).toBe('item_not_found');
});

it('a page gets a secret from its server, which says what its session is', async () => {
  const authorization = `Bearer ${await signIn(relay.url)}`;
  const session = {
    type: 'realtime',
    instructions: `Be a sailor. ${'Sing. '.repeat(900)}`,
    audio: { input: { turn_detection: null } },
  };
  const answer = await fetch(new URL('/v1/realtime/client_secrets', relay.url), {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ session, expires_after: { anchor: 'created_at', seconds: 60 } }),
  });
  const {
    value,
    expires_at,
    session: described,
  } = (await answer.json()) as ClientSecretCreateResponse;
  expect(value).toMatch(/^ek_/);
  expect(expires_at * 1_000 - Date.now()).toBeLessThanOrEqual(60_000);
  expect(described).toMatchObject({
    instructions: session.instructions,
    output_modalities: ['audio'],
  });
  await using client = await RealtimeClient.connect(relay.url, { key: value });
  expect(client.ofType('session.created')[0]!.session).toMatchObject(session);
  client.type('Hello.');
  client.send({ type: 'response.create' });
  await client.next('response.done');
  expect(bodies.at(-1)).toContain('Be a sailor.');
  const other = await fetch(new URL('/api/v1/me', relay.url), {
    headers: { authorization: `Bearer ${value}` },
  });
  expect(other.status).toBe(401);
});
