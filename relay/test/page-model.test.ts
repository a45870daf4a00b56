import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RelayEvent } from '@parley/shared';
import { createEmbeddedAssistant } from '../src/providers/embedded/assistant.ts';
import type { CallEvent } from '../src/call/events/call-events.ts';
import { systemClock } from '../src/base/lib/clock.ts';
import { counting } from './support/scripted-synthesizer.ts';
import { ScriptedTranscriber } from './support/scripted-transcriber.ts';
import { TestCall } from './support/test-call.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

const QUESTION = 'Who was Ada Lovelace?';

let relay: TestRelay;
const told: CallEvent[] = [];
beforeAll(async () => {
  relay = await startTestRelay({
    providers: { generator: createEmbeddedAssistant() },
    observers: [{ name: 'test', observe: (event) => told.push(event) }],
  });
});
afterAll(() => relay[Symbol.asyncDispose]());

async function callWithModel(): Promise<TestCall> {
  const call = await TestCall.start(relay.url);
  call.send({ type: 'session.update', session: { page_model: true } });
  expect((await call.inbound.next('session.updated')).session.page_model).toBe(true);
  return call;
}

/** Answers the open question as a page would. */
async function answer(call: TestCall, ...deltas: readonly string[]) {
  const asked = await call.inbound.next('page.answer.requested');
  const { request_id } = asked;
  for (const delta of deltas) call.send({ type: 'page.answer.delta', request_id, delta });
  const status = deltas.length > 0 ? 'completed' : 'failed';
  call.send({ type: 'page.answer.done', request_id, status });
  return asked;
}

function textIn(events: readonly RelayEvent[]): string {
  return events
    .map((event) => (event.type === 'response.output_audio_transcript.delta' ? event.delta : ''))
    .join('');
}

async function replyOf(call: TestCall) {
  const done = await call.inbound.next('response.done');
  const text = call.inbound
    .ofType('response.output_audio_transcript.delta')
    .filter(({ response_id }) => response_id === done.response_id)
    .map(({ delta }) => delta)
    .join('');
  return { done, text };
}

it('asks nothing of a page that has not offered it', async () => {
  await using call = await TestCall.start(relay.url);
  call.type(QUESTION);
  expect((await replyOf(call)).text).toContain('I did not understand that.');
  expect(call.inbound.ofType('page.answer.requested')).toEqual([]);
});

it('speaks the page’s answer to what its assistant refuses, and remembers it', async () => {
  await using call = await callWithModel();
  call.type('What is seven times eight?');
  expect((await replyOf(call)).text).toBe('7 times 8 is 56.');
  call.type(QUESTION);
  const first = await answer(call, '**She** wrote the ', 'first program. ', 'It was in 1843.');
  expect(first.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
  expect(first.messages[2]!.content).toContain(QUESTION);
  const reply = await replyOf(call);
  expect(reply.text).toBe('She wrote the first program. It was in 1843.');
  expect(reply.done).toMatchObject({
    status: 'completed',
    usage: { llm_input_tokens: 0, llm_output_tokens: 0 },
  });
  expect(call.inbound.frames.length).toBeGreaterThan(0);
  const done = told.findLast(({ type }) => type === 'reply-done');
  expect(done).toMatchObject({ providers: { generator: 'browser' } });
  call.type('And who was her father?');
  const second = await answer(call, 'Lord Byron.');
  expect(second.messages.at(-2)).toMatchObject({
    role: 'assistant',
    content: 'She wrote the first program. It was in 1843.',
  });
  expect((await replyOf(call)).text).toBe('Lord Byron.');
});

it('refuses as usual if the page has no answer', async () => {
  await using call = await callWithModel();
  call.type(QUESTION);
  await answer(call);
  const { done, text } = await replyOf(call);
  expect(text).toContain('I did not understand that.');
  expect(done.status).toBe('completed');
});

it('holds nothing that a page does against the assistant that all callers share', async () => {
  await using call = await callWithModel();
  for (let turn = 0; turn < 5; turn += 1) {
    call.type(QUESTION);
    await answer(call);
    await replyOf(call);
  }
  const health = (await (await fetch(`${relay.url}/health`)).json()) as {
    services: readonly { stage: string; health: string }[];
  };
  const generators = health.services.filter(({ stage }) => stage === 'generator');
  expect(generators.map((service) => service.health)).toEqual(['healthy']);
});

it('tells the page to stop when the person interrupts', async () => {
  await using call = await callWithModel();
  call.type(QUESTION);
  const { request_id } = await call.inbound.next('page.answer.requested');
  call.send({ type: 'page.answer.delta', request_id, delta: 'She was born in ' });
  call.send({ type: 'response.cancel' });
  expect((await call.inbound.next('page.answer.cancelled')).request_id).toBe(request_id);
  call.send({ type: 'page.answer.delta', request_id, delta: 'a lie' });
  call.type('What is seven times eight?');
  await call.inbound.until('the sum', ({ events }) => textIn(events).match(/is 56/) ?? undefined);
  expect(textIn(call.inbound.events)).not.toContain('lie');
});

it('answers a question that was cut off before its first word together with the next', async () => {
  await using call = await callWithModel();
  call.type(QUESTION);
  await call.inbound.next('page.answer.requested');
  call.type('What is seven times eight?');
  const { request_id, messages } = await call.inbound.next('page.answer.requested');
  expect(messages.at(-1)!.content).toContain(QUESTION);
  call.send({ type: 'page.answer.delta', request_id, delta: 'A mathematician.' });
  call.send({ type: 'page.answer.done', request_id, status: 'completed' });
  const said = '7 times 8 is 56. A mathematician.';
  await call.inbound.until('both', ({ events }) => (textIn(events) === said ? true : undefined));
});

it('takes an answer of ten megabytes from no one, and goes on', async () => {
  await using call = await callWithModel();
  call.type(QUESTION);
  const { request_id } = await call.inbound.next('page.answer.requested');
  call.send({ type: 'page.answer.delta', request_id, delta: 'x'.repeat(12_000) });
  expect((await call.inbound.next('error')).code).toBe('invalid_event');
  call.send({ type: 'page.answer.done', request_id, status: 'failed' });
  expect((await replyOf(call)).text).toContain('I did not understand that.');
});

it('leaves recognition to a page that asks for it, and takes it back', async () => {
  const phraseState = () => 'unknown' as const;
  const transcriber = Object.assign(new ScriptedTranscriber({ clock: systemClock }), {
    phraseState,
  });
  await using closed = await startTestRelay({ providers: { transcriber } });
  await using call = await TestCall.start(closed.url);
  expect(call.inbound.ofType('session.created')[0]!.session).toMatchObject({
    page_recogniser: false,
    providers: { transcriber: 'scripted-transcriber' },
  });
  const listens = async (page_recogniser: boolean) => {
    call.send({ type: 'session.update', session: { page_recogniser } });
    return (await call.inbound.next('session.updated')).session;
  };
  expect(await listens(true)).toMatchObject({
    page_recogniser: true,
    providers: { transcriber: 'browser' },
  });
  call.type('Good morning');
  expect((await replyOf(call)).text).toContain('Good morning');
  expect(await listens(false)).toMatchObject({
    page_recogniser: false,
    providers: { transcriber: 'scripted-transcriber' },
  });
  call.speak(1, counting(5, 1_600));
  await call.inbound.next('conversation.item.input_audio_transcription.completed');
});

it('offers nothing of it where the relay knows all words', async () => {
  await using call = await TestCall.start(relay.url);
  expect(call.inbound.ofType('session.created')[0]!.session.page_recogniser).toBeUndefined();
});
