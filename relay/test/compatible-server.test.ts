import { LLMock } from '@copilotkit/aimock';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readSettings } from '../src/base/config/read-settings.ts';
import { systemClock } from '../src/base/lib/clock.ts';
import { silentLogger } from '../src/base/lib/logger.ts';
import { compatibleVendor } from '../src/providers/vendors/openai/openai-vendor.ts';
import { toneFor } from '../simulators/kit/simulator.ts';
import { joined } from './support/scripted-transcriber.ts';
import { counting } from './support/scripted-synthesizer.ts';
import { MovableClock } from './support/movable-clock.ts';
import { TestCall } from './support/test-call.ts';
import { readConfiguration } from '../src/providers/registry/configuration.ts';
import { openProviders } from '../src/providers/registry/open-providers.ts';
import { serveHttp } from './support/http-server.ts';
import type { Generator } from '../src/call/stages/generator/generator.ts';
import type { Synthesizer } from '../src/call/stages/synthesizer/synthesizer.ts';
import type { Transcriber } from '../src/call/stages/transcriber/transcriber.ts';
import { startTestRelay } from './support/test-relay.ts';

const QUESTION = 'what is the tallest mountain';
const ANSWER = 'Mount Everest is the tallest mountain on Earth.';
const VOICE = toneFor(ANSWER, 24_000);

/** A server of another project, which knows nothing of Parley: an ordinary double of OpenAI's API. */
const server = new LLMock({ port: 0, logLevel: 'silent' });
beforeEach(async () => {
  server.onTranscription({ transcription: { text: QUESTION } });
  server.onMessage(QUESTION, {
    content: ANSWER,
    usage: { prompt_tokens: 11, completion_tokens: 9, total_tokens: 20 },
  });
  const audio = Buffer.from(VOICE.buffer).toString('base64');
  server.onSpeech(ANSWER, { audio, format: 'pcm' });
  await server.start();
});
afterEach(async () => {
  server.reset();
  await server.stop().catch(() => {});
});

interface Adapters {
  readonly transcriber?: Transcriber;
  readonly generator?: Generator;
  readonly synthesizer?: Synthesizer;
}

/** What is configured by these settings alone. */
async function providersFor(environment: Readonly<Record<string, string>>) {
  const values = readSettings(compatibleVendor.settings, environment);
  const context = {
    clock: systemClock,
    logger: silentLogger,
    connectMs: 5_000,
    language: 'en-US',
  };
  const chosen = compatibleVendor.candidates.filter((one) => one.isConfigured(values));
  const opened = await Promise.all(
    chosen.map(async (one) => [one.stage, await one.create(values, context)] as const),
  );
  return {
    providers: Object.fromEntries(opened) as Adapters,
    async [Symbol.asyncDispose]() {
      for (const [, provider] of opened) await provider[Symbol.asyncDispose]?.();
    },
  };
}

it('a call is held through a compatible server, given its address and its models', async () => {
  await using compatible = await providersFor({
    COMPATIBLE_BASE_URL: `${server.url}/v1`,
    COMPATIBLE_TRANSCRIPTION_MODEL: 'whisper-small',
    COMPATIBLE_CHAT_MODEL: 'llama',
    COMPATIBLE_SPEECH_MODEL: 'kokoro',
  });
  await using relay = await startTestRelay({ providers: compatible.providers });
  await using call = await TestCall.start(relay.url);
  call.speak(1, counting(5, 16_000));
  const done = await call.inbound.next('response.done');
  expect(done).toMatchObject({
    status: 'completed',
    error: null,
    usage: { llm_input_tokens: 11, llm_output_tokens: 9 },
  });
  const { inbound } = call;
  expect(inbound.ofType('conversation.item.input_audio_transcription.completed')).toMatchObject([
    { transcript: QUESTION },
  ]);
  const reply = inbound.ofType('response.output_audio_transcript.delta');
  expect(reply.map(({ delta }) => delta).join('')).toBe(ANSWER);
  expect(inbound.ofType('response.created')).toMatchObject([{ audio: { sample_rate: 24_000 } }]);
  expect(joined(inbound.frames.map(({ samples }) => samples))).toEqual(VOICE);
});

it('does those stages only for which a model is named', async () => {
  const address = { COMPATIBLE_BASE_URL: `${server.url}/v1` };
  const stagesWith = async (environment: Readonly<Record<string, string>>) => {
    await using compatible = await providersFor(environment);
    return Object.keys(compatible.providers).toSorted();
  };
  expect(await stagesWith(address)).toEqual([]);
  expect(await stagesWith({ COMPATIBLE_CHAT_MODEL: 'llama' })).toEqual([]);
  expect(await stagesWith({ ...address, COMPATIBLE_CHAT_MODEL: 'llama' })).toEqual(['generator']);
  expect(
    await stagesWith({
      ...address,
      COMPATIBLE_SPEECH_MODEL: 'kokoro',
      COMPATIBLE_TRANSCRIPTION_MODEL: 'whisper-small',
    }),
  ).toEqual(['synthesizer', 'transcriber']);
});

it('further servers stand in for the first, each with a health of its own', async () => {
  const first = await serveHttp((_, response) => response.writeHead(500).end());
  const configuration = readConfiguration({
    COMPATIBLE_CHAT_BASE_URL: first.url,
    COMPATIBLE_2_CHAT_BASE_URL: `${server.url}/v1`,
    COMPATIBLE_2_TRANSCRIPTION_BASE_URL: `${server.url}/v1`,
    COMPATIBLE_9_BASE_URL: `${server.url}/v1`,
    COMPATIBLE_9_SPEECH_MODEL: 'kokoro',
  });
  const { transcriber, generator, synthesizer } = configuration.chosen;
  const namesOf = (chosen: readonly { readonly name: string }[]) => chosen.map(({ name }) => name);
  expect(namesOf(transcriber)).toEqual(['compatible-2', 'browser']);
  expect(namesOf(generator)).toEqual(['compatible', 'compatible-2']);
  expect(namesOf(synthesizer)).toEqual(['compatible-9', 'embedded', 'browser']);
  await using stages = await openProviders(
    {
      ...configuration,
      chosen: { ...configuration.chosen, synthesizer: synthesizer.slice(0, 1) },
    },
    { clock: systemClock, logger: silentLogger },
  );
  const clock = new MovableClock();
  await using relay = await startTestRelay({ stages, clock });
  await using call = await TestCall.start(relay.url);
  for (let turn = 0; turn < 3; turn++) {
    call.type(QUESTION);
    // The voice is sent no faster than it is heard.
    expect((await clock.skip(call.inbound.next('response.done'))).status).toBe('completed');
  }
  first.close();
  const generators = stages.services().filter(({ stage }) => stage === 'generator');
  expect(generators).toMatchObject([
    { name: 'compatible', breaker: 'open', failures: 3 },
    { name: 'compatible-2', breaker: 'closed', failures: 0 },
  ]);
});

it('says whether the server is there', async () => {
  await using compatible = await providersFor({
    COMPATIBLE_BASE_URL: `${server.url}/v1`,
    COMPATIBLE_TRANSCRIPTION_MODEL: 'whisper-small',
    COMPATIBLE_CHAT_MODEL: 'llama',
    COMPATIBLE_SPEECH_MODEL: 'kokoro',
  });
  const { transcriber, generator, synthesizer } = compatible.providers;
  const { signal } = new AbortController();
  const probes = () =>
    Promise.allSettled([transcriber, generator, synthesizer].map((port) => port!.probe!(signal)));
  expect((await probes()).map(({ status }) => status)).toEqual([
    'fulfilled',
    'fulfilled',
    'fulfilled',
  ]);
  await server.stop();
  expect(await probes()).toMatchObject(
    ['transcriber', 'generator', 'synthesizer'].map((stage) => ({
      status: 'rejected',
      // Reported on a connection that was kept, or on a new one.
      reason: {
        provider: 'compatible',
        stage,
        fault: expect.stringMatching(/^(closed|unreachable)$/),
      },
    })),
  );
});
