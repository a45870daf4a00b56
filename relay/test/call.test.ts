import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';
import { counting } from './support/scripted-synthesizer.ts';
import { joined, transcriptOf } from './support/scripted-transcriber.ts';
import { TestCall } from './support/test-call.ts';

let relay: TestRelay;
beforeAll(async () => {
  relay = await startTestRelay();
});
afterAll(() => relay[Symbol.asyncDispose]());

it('holds a call: speech in, words, and the whole voice out, all of it numbered', async () => {
  await using call = await TestCall.start(relay.url);
  const speech = counting(5, 16_000 + 700);
  call.speak(1, speech);
  const done = await call.inbound.next('response.done');
  const { inbound } = call;

  expect(inbound.ofType('conversation.item.input_audio_transcription.completed')).toMatchObject([
    { utterance: 1, transcript: transcriptOf(speech) },
  ]);
  const [created] = inbound.ofType('response.created');
  expect(created).toMatchObject({
    trigger: 'speech',
    utterance: 1,
    audio: { sample_rate: 16_000 },
  });
  const reply = inbound.ofType('response.output_audio_transcript.delta');
  expect(reply.map(({ delta }) => delta).join('')).toBe(`You said ${transcriptOf(speech)}.`);
  expect(reply.map(({ chunk_index }) => chunk_index)).toEqual(reply.map((_, index) => index));
  expect(reply.map(({ is_complete }) => is_complete).lastIndexOf(true)).toBe(reply.length - 1);

  const voice = joined(inbound.frames.map(({ samples }) => samples));
  expect(voice).toEqual(counting(0, voice.length));
  expect(inbound.frames.every(({ item }) => item === created!.item)).toBe(true);
  expect(inbound.frames.findIndex(({ last }) => last)).toBe(inbound.frames.length - 1);
  expect(inbound.ofType('response.output_audio.done')).toMatchObject([
    { audio_ms: voice.length / 16 },
  ]);
  expect(done).toMatchObject({
    status: 'completed',
    error: null,
    usage: { asr_seconds: speech.length / 16_000, llm_input_tokens: 7, llm_output_tokens: 3 },
    timeline: { speech_end: 1, end_sent: 2 },
  });
  expect(inbound.seqs).toEqual(inbound.seqs.map((_, index) => index + 1));
});

it('answers typed words in the same way', async () => {
  await using call = await TestCall.start(relay.url);
  call.type('Good morning');
  await call.inbound.next('response.done');
  expect(call.inbound.ofType('response.created')).toMatchObject([
    { trigger: 'text', utterance: null },
  ]);
});

it('writes and does not speak where only text is wanted', async () => {
  await using call = await TestCall.start(relay.url);
  call.send({ type: 'session.update', session: { output_modalities: ['text'] } });
  expect((await call.inbound.next('session.updated')).session.output_modalities).toEqual(['text']);
  call.type('Good morning');
  await call.inbound.next('response.done');
  expect(call.inbound.ofType('response.created')).toMatchObject([{ audio: null }]);
  expect(call.inbound.frames).toEqual([]);
});

it('ends the session when the client says goodbye', async () => {
  const call = await TestCall.start(relay.url);
  await call.hangUp();
  await relay.logs.until(`"sessionId":"${call.grant.session_id}"`);
  await call.reopen();
  expect(await call.closed).toBe(4404);
});
