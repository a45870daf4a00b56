import OpenAI, { toFile } from 'openai';
import { beforeAll, expect, test } from 'vitest';
import { joinPcm16 } from '@parley/shared/audio/pcm16';
import { systemClock } from '../src/base/lib/clock.ts';
import { silentLogger } from '../src/base/lib/logger.ts';
import { createFailoverStages } from '../src/call/stages/failover-stages.ts';
import { DEFAULT_POLICY } from '../src/call/stages/health/policy.ts';
import { createEmbeddedAssistant } from '../src/providers/embedded/assistant.ts';
import { START_MS, warmEar, warmEngines } from '../src/providers/embedded/warm-engines.rig.ts';
import { signIn } from './support/api.ts';
import { refusal, wavFile } from './support/openai-library.ts';
import { TestCall } from './support/test-call.ts';
import { startTestRelay } from './support/test-relay.ts';

const model = 'whisper-1';
const SENTENCES = ['what is seven times eight', 'how do you spell necessary'];
const UNKNOWN = 'purple elephants never negotiate with mathematicians';

const speech = new Map<string, Int16Array>();
beforeAll(async () => {
  const { speak } = await warmEar();
  for (const sentence of [...SENTENCES, UNKNOWN])
    speech.set(sentence, await speak(sentence, 'slt'));
}, START_MS);

/** A relay without any key, as OpenAI's library sees it. */
async function startRelay() {
  const { synthesizer, transcriber } = await warmEngines();
  const stages = createFailoverStages({
    transcribers: [transcriber],
    generators: [createEmbeddedAssistant()],
    synthesizers: [synthesizer],
    policy: DEFAULT_POLICY,
    clock: systemClock,
    logger: silentLogger,
  });
  const relay = await startTestRelay({ stages });
  return {
    url: relay.url,
    client: new OpenAI({ baseURL: `${relay.url}/v1`, apiKey: await signIn(relay.url) }),
    async [Symbol.asyncDispose]() {
      await relay[Symbol.asyncDispose]();
      await stages[Symbol.asyncDispose]();
    },
  };
}

test(
  'a recording is understood as a call understands it, and several sentences one by one',
  { timeout: START_MS },
  async () => {
    await using relay = await startRelay();
    await using call = await TestCall.start(relay.url);
    const { transcriptions } = relay.client.audio;
    for (const [index, sentence] of SENTENCES.entries()) {
      const samples = speech.get(sentence)!;
      const { text } = await transcriptions.create({ file: await wavFile(samples), model });
      call.speak(index + 1, samples);
      const type = 'conversation.item.input_audio_transcription.completed';
      const { transcript } = await call.inbound.next(type);
      expect([text, transcript]).toEqual([sentence, sentence]);
    }
    const pause = new Int16Array(24_000);
    const all = joinPcm16(SENTENCES.flatMap((sentence) => [speech.get(sentence)!, pause]));
    const file = await wavFile(all);
    const { segments } = await transcriptions.create({
      ...{ file, model, response_format: 'verbose_json' },
    });
    expect(segments!.map(({ text }) => text)).toEqual(SENTENCES);
  },
);

test('what it speaks in MP3, it understands', { timeout: START_MS }, async () => {
  await using relay = await startRelay();
  const { audio } = relay.client;
  const spoken = await audio.speech.create({
    ...{ input: 'What is seven times eight?', model: 'tts-1', voice: 'alloy' },
  });
  const file = await toFile(await spoken.bytes(), 'speech.mp3');
  expect(await audio.transcriptions.create({ file, model })).toMatchObject({ text: SENTENCES[0] });
});

test('the closed vocabulary is named to whom it concerns', { timeout: START_MS }, async () => {
  await using relay = await startRelay();
  const { audio, models } = relay.client;
  const file = await wavFile(speech.get(UNKNOWN)!);
  const refused = await refusal(audio.transcriptions.create({ file, model }));
  expect(refused).toMatchObject({ status: 422, code: 'speech_not_understood' });
  expect(refused.message).toContain('closed vocabulary');
  expect(await models.retrieve(model)).toMatchObject({
    ...{
      owned_by: 'embedded',
      description: expect.stringContaining('closed vocabulary') as string,
    },
  });
});
