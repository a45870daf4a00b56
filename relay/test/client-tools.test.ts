import { afterAll, beforeAll, expect, it } from 'vitest';
import { chatWith, type Talk } from '../src/providers/vendor-kit/language-model/talk.rig.ts';
import { TestCall } from './support/test-call.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

const WEATHER = {
  name: 'weather',
  description: 'The weather at a place.',
  parameters: { type: 'object', properties: { place: { type: 'string' } } },
};

let talk: Talk;
let relay: TestRelay;
const bodies: string[] = [];
beforeAll(async () => {
  talk = await chatWith(
    {
      useTool: (_question, names) =>
        names.includes('weather') ? { name: 'weather', input: { place: 'Berlin' } } : undefined,
      answerAfterTool: (result) => `They say ${result}.`,
      answer: () => 'I cannot know.',
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

async function textOfReply(call: TestCall): Promise<string> {
  const { response_id: id } = await call.inbound.next('response.done');
  return call.inbound
    .ofType('response.output_audio_transcript.delta')
    .filter(({ response_id }) => response_id === id)
    .map(({ delta }) => delta)
    .join('');
}

function ask(call: TestCall): void {
  call.type('How is the weather?');
}

function answer(call: TestCall, call_id: string, output: string): void {
  const item = { type: 'function_call_output', call_id, output } as const;
  call.send({ type: 'conversation.item.create', item });
}

it('the client runs a function that the language model calls', async () => {
  await using call = await TestCall.start(relay.url);
  call.send({ type: 'session.update', session: { tools: [WEATHER] } });
  ask(call);
  const asked = await call.inbound.next('response.function_call_arguments.done');
  expect(asked).toMatchObject({ name: 'weather', arguments: '{"place":"Berlin"}' });
  answer(call, 'call_of_another', 'a lie');
  answer(call, asked.call_id, 'it rains');
  expect(await textOfReply(call)).toBe('They say it rains.');
});

it('functions are taken back, and an interruption ends a call of one', async () => {
  await using call = await TestCall.start(relay.url);
  call.send({ type: 'session.update', session: { tools: [WEATHER] } });
  ask(call);
  const asked = await call.inbound.next('response.function_call_arguments.done');
  call.send({ type: 'response.cancel' });
  expect((await call.inbound.next('response.done')).status).toBe('cancelled');
  call.send({ type: 'session.update', session: { tools: [] } });
  answer(call, asked.call_id, 'too late');
  ask(call);
  expect(await textOfReply(call)).toBe('I cannot know.');
});

it('instructions of the client stand after those of the operator', async () => {
  await using call = await TestCall.start(relay.url);
  call.send({ type: 'session.update', session: { instructions: 'Speak like a pirate.' } });
  ask(call);
  await textOfReply(call);
  expect(bodies.at(-1)).toMatch(/Be brief\..*Speak like a pirate\./);
  call.send({ type: 'session.update', session: { instructions: '' } });
  ask(call);
  await textOfReply(call);
  expect(bodies.at(-1)).not.toContain('pirate');
});

it('without automatic responses, what is said is answered only when it is asked for', async () => {
  await using call = await TestCall.start(relay.url);
  const turn_detection = { create_response: false };
  call.send({ type: 'session.update', session: { turn_detection } });
  const { session } = await call.inbound.next('session.updated');
  expect(session.turn_detection).toEqual({ eagerness: 'medium', create_response: false });
  call.speak(1, new Int16Array(16_000));
  await call.inbound.next('conversation.item.input_audio_transcription.completed');
  call.type('And this, too.');
  call.send({
    type: 'conversation.item.create',
    item: {
      type: 'message',
      role: 'assistant',
      content: [{ type: 'input_text', text: 'I listen.' }],
    },
  });
  call.type('Now answer.');
  expect(call.inbound.ofType('response.created')).toEqual([]);
  call.send({ type: 'response.create' });
  expect((await call.inbound.next('response.created')).trigger).toBe('request');
  await call.inbound.next('response.done');
  expect(call.inbound.ofType('response.created')).toHaveLength(1);
  expect(bodies.at(-1)).toMatch(/And this, too\..*"assistant".*I listen\..*Now answer\./);
});
