import { RealtimeAgent, RealtimeSession, tool } from '@openai/agents-realtime';
import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { joinPcm16 } from '@parley/shared/audio/pcm16';
import { resamplePcm16 } from '@parley/shared/audio/pcm16-resampler';
import { systemClock } from '../src/base/lib/clock.ts';
import type { FailoverStages } from '../src/call/stages/failover-stages.ts';
import { trackOf } from '../src/call/stages/synthesizer/track.rig.ts';
import { openWarmStages, START_MS } from '../src/providers/embedded/warm-engines.rig.ts';
import { chatWith, type Talk } from '../src/providers/vendor-kit/language-model/talk.rig.ts';
import { signIn } from './support/api.ts';
import { eventCheck, RealtimeClient } from './support/realtime-client.ts';
import { scriptedStages } from './support/scripted-stages.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

const STORY = 'This is a long story that goes on and on. ';
const PATIENCE = { timeout: 60_000, interval: 20 };

let engines: FailoverStages;
let talk: Talk;
let relay: TestRelay;
beforeAll(async () => {
  engines = await openWarmStages();
  talk = await chatWith({
    useTool: (question, names) =>
      question.includes('time') && names.includes('clock')
        ? { name: 'clock', input: {} }
        : undefined,
    answerAfterTool: (result) => `The clock says ${result}.`,
    answer: () => STORY.repeat(20),
  });
  const { generator } = scriptedStages(systemClock, { generator: talk.generator });
  relay = await startTestRelay({ stages: { ...engines, generator } });
}, START_MS);
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  await talk[Symbol.asyncDispose]();
  await engines[Symbol.asyncDispose]();
});

/** A sentence at 24 kHz between silences, as a microphone gives it. */
async function spoken(text: string): Promise<Int16Array<ArrayBuffer>> {
  const pieces: Int16Array[] = [new Int16Array(8_000)];
  const { signal } = new AbortController();
  for await (const event of engines.synthesizer.speak(trackOf([text]), { voice: 'slt', signal })) {
    if (event.type === 'speech-audio') pieces.push(event.samples);
  }
  pieces.push(new Int16Array(32_000));
  return resamplePcm16(joinPcm16(pieces), 16_000, 24_000).slice();
}

test('an agent of OpenAI’s package hears, uses its tool, answers aloud, and is interrupted', async () => {
  let isUsed = false;
  const clock = tool({
    name: 'clock',
    description: 'Tells the time.',
    parameters: z.object({}),
    execute: () => {
      isUsed = true;
      return 'half past nine';
    },
  });
  const agent = new RealtimeAgent({ name: 'Test', instructions: 'Be brief.', tools: [clock] });
  const session = new RealtimeSession(agent, { transport: 'websocket' });
  const check = await eventCheck();
  const events: RealtimeServerEvent[] = [];
  const errors: unknown[] = [];
  let audioBytes = 0;
  session.transport.on('*', (event) => {
    events.push(event as RealtimeServerEvent);
    check(event as RealtimeServerEvent);
  });
  session.on('error', (error) => errors.push(error));
  session.on('audio', ({ data }) => (audioBytes += data.byteLength));
  const key = await signIn(relay.url);
  const url = `${relay.url.replace(/^http/, 'ws')}/v1/realtime`;
  await session.connect({ apiKey: key, url });
  const said = () =>
    session.history.flatMap((item) =>
      item.type === 'message'
        ? item.content.map((part) => `${item.role}: ${'transcript' in part ? part.transcript : ''}`)
        : [],
    );

  session.sendAudio((await spoken('what day is it')).buffer);
  await vi.waitFor(() => expect(audioBytes).toBeGreaterThan(48_000), PATIENCE);
  session.sendAudio((await spoken('what time is it')).buffer);
  await vi.waitFor(
    () =>
      expect(said()).toEqual([
        'user: what day is it',
        // Cut at what was heard of a minute.
        expect.not.stringContaining(STORY.repeat(3)),
        'user: what time is it',
        'assistant: The clock says half past nine.',
      ]),
    PATIENCE,
  );
  expect(isUsed).toBe(true);
  const done = events.flatMap((event) => (event.type === 'response.done' ? [event.response] : []));
  expect(done.find(({ status }) => status === 'cancelled')).toMatchObject({
    status_details: { reason: 'turn_detected' },
  });
  expect(errors).toEqual([]);
  session.close();
});

test('a stream of transcription gives the words of each utterance, and where it was', async () => {
  await using client = await RealtimeClient.connect(relay.url, { query: '?intent=transcription' });
  client.append(await spoken('what day is it'));
  const started = await client.next('input_audio_buffer.speech_started');
  const stopped = await client.next('input_audio_buffer.speech_stopped');
  expect(started.audio_start_ms).toBeGreaterThan(400);
  expect(stopped.audio_end_ms - started.audio_start_ms).toBeGreaterThan(400);
  const { item_id, previous_item_id } = await client.next('input_audio_buffer.committed');
  expect([started.item_id, stopped.item_id, previous_item_id]).toEqual([item_id, item_id, null]);
  const words = await client.next('conversation.item.input_audio_transcription.completed');
  expect(words).toMatchObject({ item_id, transcript: 'what day is it' });
  const deltas = client.ofType('conversation.item.input_audio_transcription.delta');
  expect(deltas.map(({ delta }) => delta).join('')).toBe('what day is it');
  client.append(await spoken('what time is it'));
  const second = await client.next('conversation.item.input_audio_transcription.completed');
  expect(second.transcript).toBe('what time is it');
  expect(client.ofType('response.created')).toEqual([]);
});

test('with detection, a client may ask for its responses itself, and is interrupted all the same', async () => {
  await using client = await RealtimeClient.connect(relay.url);
  const turn_detection = { type: 'semantic_vad' as const, create_response: false };
  client.send({
    type: 'session.update',
    session: { type: 'realtime', audio: { input: { turn_detection } } },
  });
  client.append(await spoken('what day is it'));
  await client.next('conversation.item.done');
  client.send({ type: 'response.create' });
  await client.next('response.output_audio.delta');
  client.append(await spoken('what time is it'));
  expect((await client.next('response.done')).response).toMatchObject({
    status: 'cancelled',
    status_details: { reason: 'turn_detected' },
  });
  await client.next('input_audio_buffer.committed');
  await client.next('conversation.item.done');
  expect(client.ofType('response.created')).toHaveLength(1);
  client.send({ type: 'response.create' });
  await client.next('response.created');
});
