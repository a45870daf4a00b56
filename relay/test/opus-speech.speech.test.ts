import { beforeAll, expect, test } from 'vitest';
import { systemClock } from '../src/base/lib/clock.ts';
import { silentLogger } from '../src/base/lib/logger.ts';
import { createFailoverStages } from '../src/call/stages/failover-stages.ts';
import { DEFAULT_POLICY } from '../src/call/stages/health/policy.ts';
import { FakeTranscriber } from '../src/call/stages/transcriber/transcriber.fake.ts';
import { createEmbeddedAssistant } from '../src/providers/embedded/assistant.ts';
import { START_MS, warmEar, warmEngines } from '../src/providers/embedded/warm-engines.rig.ts';
import { inOpus } from './support/opus-speech.ts';
import { TestCall } from './support/test-call.ts';
import { startTestRelay } from './support/test-relay.ts';

/** The embedded recogniser keeps its own pace, on a machine that may be busy. */
const PATIENCE_MS = 60_000;
const SENTENCES = [
  'what is seven times eight',
  'set a timer for five minutes',
  'how many kilometers is five miles',
  'how do you spell necessary',
];

const speech = new Map<string, Int16Array>();
beforeAll(async () => {
  const { speak } = await warmEar();
  for (const sentence of SENTENCES) speech.set(sentence, await speak(sentence, 'slt'));
}, START_MS);

/** A relay with the embedded engines, and perhaps a recogniser before them. */
async function startRelay(before: readonly FakeTranscriber[] = []) {
  const { synthesizer, transcriber } = await warmEngines();
  const stages = createFailoverStages({
    transcribers: [...before, transcriber],
    generators: [createEmbeddedAssistant()],
    synthesizers: [synthesizer],
    policy: DEFAULT_POLICY,
    clock: systemClock,
    logger: silentLogger,
  });
  const relay = await startTestRelay({ stages });
  return {
    url: relay.url,
    async [Symbol.asyncDispose]() {
      await relay[Symbol.asyncDispose]();
      await stages[Symbol.asyncDispose]();
    },
  };
}

async function heard(call: TestCall): Promise<string> {
  const type = 'conversation.item.input_audio_transcription.completed';
  const { transcript } = await call.inbound.next(type);
  return transcript;
}

test(
  'the words are the same in either codec, from one utterance to the next',
  { timeout: START_MS },
  async () => {
    await using relay = await startRelay();
    await using call = await TestCall.start(relay.url);
    let utterance = 0;
    for (const sentence of SENTENCES) {
      const samples = speech.get(sentence)!;
      call.speak(++utterance, samples);
      const inPcm16 = await heard(call);
      call.speakOpus(++utterance, await inOpus(samples));
      expect(await heard(call)).toBe(inPcm16);
      expect(inPcm16).toBe(sentence);
    }
  },
);

test(
  'a recogniser that fails amid an utterance in Opus is followed by one that hears all of it',
  { timeout: START_MS },
  async () => {
    const taker = new FakeTranscriber('taker');
    taker.takesOpus = true;
    await using relay = await startRelay([taker]);
    await using call = await TestCall.start(relay.url);
    const [sentence] = SENTENCES;
    const frames = await inOpus(speech.get(sentence!)!);
    const half = Math.floor(frames.length / 2);
    call.startSpeech(1);
    for (const frame of frames.slice(0, half)) call.sendFrame(1, frame);
    const packets = () => taker.log.filter((entry) => entry.startsWith('packet')).length;
    await expect.poll(packets, { timeout: PATIENCE_MS }).toBe(half);
    taker.fail();
    for (const frame of frames.slice(half)) call.sendFrame(1, frame);
    call.stopSpeech(1);
    expect(await heard(call)).toBe(sentence);
    expect(taker.log[0]).toBe('open for opus');
  },
);

test('an utterance keeps its codec', async () => {
  await using relay = await startRelay();
  await using call = await TestCall.start(relay.url);
  const [frame] = await inOpus(new Int16Array(3_200));
  call.startSpeech(1);
  call.sendFrame(1, frame!);
  call.sendFrame(1, new Int16Array(1_600));
  expect(await call.inbound.next('error')).toMatchObject({ code: 'frame_codec_changed' });
  call.startSpeech(2);
  call.sendFrame(2, new Int16Array(1_600));
  call.sendFrame(2, frame!);
  expect(await call.inbound.next('error')).toMatchObject({ code: 'frame_codec_changed' });
});
