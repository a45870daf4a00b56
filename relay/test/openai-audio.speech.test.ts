import OpenAI, { toFile } from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinPcm16 } from '@parley/shared/audio/pcm16';
import type { FailoverStages } from '../src/call/stages/failover-stages.ts';
import { openWarmStages, START_MS, warmEar } from '../src/providers/embedded/warm-engines.rig.ts';
import { signIn } from './support/api.ts';
import { refusal, wavFile } from './support/openai-library.ts';
import { TestCall } from './support/test-call.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

const model = 'whisper-1';
const SENTENCES = ['what is seven times eight', 'how do you spell necessary'];
const UNKNOWN = 'purple elephants never negotiate with mathematicians';

let speak: Awaited<ReturnType<typeof warmEar>>['speak'];
let stages: FailoverStages;
/** Without any key. */
let relay: TestRelay;
let client: OpenAI;
beforeAll(async () => {
  ({ speak } = await warmEar());
  stages = await openWarmStages();
  relay = await startTestRelay({ stages });
  client = new OpenAI({ baseURL: `${relay.url}/v1`, apiKey: await signIn(relay.url) });
}, START_MS);
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  await stages[Symbol.asyncDispose]();
});

test(
  'a recording is understood as a call understands it, and several sentences one by one',
  { timeout: START_MS },
  async () => {
    const pause = new Int16Array(24_000);
    const pieces: Int16Array[] = [];
    for (const sentence of SENTENCES) pieces.push(await speak(sentence, 'slt'), pause);
    await using call = await TestCall.start(relay.url);
    call.speak(1, pieces[0]!);
    const { segments } = await client.audio.transcriptions.create({
      ...{ file: await wavFile(joinPcm16(pieces)), model, response_format: 'verbose_json' },
    });
    expect(segments!.map(({ text }) => text)).toEqual(SENTENCES);
    const heard = await call.inbound.next('conversation.item.input_audio_transcription.completed');
    expect(heard.transcript).toBe(SENTENCES[0]);
  },
);

test('what it speaks in MP3, it understands', { timeout: START_MS }, async () => {
  const spoken = await client.audio.speech.create({
    ...{ input: 'What is seven times eight?', model: 'tts-1', voice: 'alloy' },
  });
  const file = await toFile(await spoken.bytes(), 'speech.mp3');
  expect(await client.audio.transcriptions.create({ file, model })).toMatchObject({
    text: SENTENCES[0],
  });
});

test('the closed vocabulary is named to whom it concerns', { timeout: START_MS }, async () => {
  const file = await wavFile(await speak(UNKNOWN, 'slt'));
  const refused = await refusal(client.audio.transcriptions.create({ file, model }));
  expect(refused).toMatchObject({ status: 422, code: 'speech_not_understood' });
  expect(refused.message).toContain('closed vocabulary');
  expect(await client.models.retrieve(model)).toMatchObject({
    ...{
      owned_by: 'embedded',
      description: expect.stringContaining('closed vocabulary') as string,
    },
  });
});
