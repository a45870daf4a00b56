import type { Stage } from '@parley/shared';
import { describe, expect, test } from 'vitest';
import { systemClock, type Clock } from '../../src/base/lib/clock.ts';
import { silentLogger } from '../../src/base/lib/logger.ts';
import { createFailoverStages } from '../../src/call/stages/failover-stages.ts';
import type { Generator } from '../../src/call/stages/generator/generator.ts';
import { DEFAULT_POLICY } from '../../src/call/stages/health/policy.ts';
import { ProviderError } from '../../src/call/stages/provider-error.ts';
import type { SpeechEvent } from '../../src/call/stages/synthesizer/synthesizer.ts';
import type { TranscriptEvent } from '../../src/call/stages/transcriber/transcriber.ts';
import { NOTHING_HEARD } from '../../src/call/turn/replying/apologies.ts';
import { createEmbeddedAssistant } from '../../src/providers/embedded/assistant.ts';
import type { Step } from '../support/script.ts';
import { ScriptedGenerator, words } from '../support/scripted-generator.ts';
import { counting, ScriptedSynthesizer } from '../support/scripted-synthesizer.ts';
import { finalWords, ScriptedTranscriber } from '../support/scripted-transcriber.ts';
import { createSession, signIn } from '../support/api.ts';
import { TestCall } from '../support/test-call.ts';
import { startTestRelay } from '../support/test-relay.ts';

/** A busy machine excuses no provider: each failure counts. */
const clock: Clock = { ...systemClock, lostMs: () => 0 };
const TIMES = DEFAULT_POLICY.breaker.failuresToOpen + 1;
const SILENT = new Int16Array(1_600);
const LOUD = new Int16Array(1_600).fill(1_000);
/** What the caller alone says; the scripts react to it. */
const ODD = 'zzz';

interface Script {
  readonly generator?: Generator;
  readonly hear?: (audio: Int16Array) => readonly Step<TranscriptEvent>[];
  readonly speak?: (text: string, clause: number) => readonly Step<SpeechEvent>[];
}

/** One provider for each stage, as careful of it as the relay is. */
async function start({ generator, hear, speak }: Script = {}) {
  const stages = createFailoverStages({
    transcribers: [
      new ScriptedTranscriber({
        clock,
        onFinal: (audio) =>
          audio.some((sample) => sample > 0) ? [finalWords('hello')] : (hear?.(audio) ?? []),
      }),
    ],
    generators: [generator ?? new ScriptedGenerator({ clock })],
    synthesizers: [
      new ScriptedSynthesizer({
        clock,
        clauseMs: () => 1,
        ...(speak && {
          speak: (text, clause) => (text.includes(ODD) ? speak(text, clause) : voiceOf(clause)),
        }),
      }),
    ],
    policy: { ...DEFAULT_POLICY, health: { ...DEFAULT_POLICY.health, intervalMs: 86_400_000 } },
    clock,
    logger: silentLogger,
  });
  const relay = await startTestRelay({ stages, clock });
  return {
    url: relay.url,
    services: () => stages.services(),
    async [Symbol.asyncDispose]() {
      await relay[Symbol.asyncDispose]();
      await stages[Symbol.asyncDispose]();
    },
  };
}

function voiceOf(clause: number): readonly Step<SpeechEvent>[] {
  return [
    { give: { type: 'clause-begun', clause } },
    { give: { type: 'speech-audio', clause, samples: counting(0, 16) } },
    { give: { type: 'clause-done', clause } },
  ];
}

/** What another caller gets for a question. */
async function bystander(url: string) {
  await using call = await TestCall.start(url);
  call.speak(1, LOUD);
  const { status } = await call.inbound.next('response.done');
  return {
    status,
    hasVoice: call.inbound.frames.some(({ samples }) => samples.length > 0),
    degraded: call.inbound.ofType('session.degraded').length,
  };
}

const FINE = { status: 'completed', hasVoice: true, degraded: 0 };

/** Speaks without words, and asks for an answer before that is known. */
async function askForNothing(call: TestCall, utterance: number): Promise<void> {
  call.startSpeech(utterance);
  call.sendFrame(utterance, SILENT, true);
  call.stopSpeech(utterance);
  call.send({ type: 'response.create' });
  await call.inbound.next('response.done');
}

async function sayNothing(call: TestCall, utterance: number, samples = SILENT): Promise<void> {
  call.startSpeech(utterance);
  if (samples.length > 0) call.sendFrame(utterance, samples, true);
  call.stopSpeech(utterance);
  await call.inbound.next('conversation.item.input_audio_transcription.failed');
}

async function typeOdd(call: TestCall): Promise<void> {
  call.type(ODD);
  await call.inbound.next('response.done');
}

const refusal = (stage: Stage) =>
  new ProviderError({ provider: 'scripted', stage, fault: 'rejected', status: 400 });
const hungUp = new ProviderError({ provider: 'scripted', stage: 'transcriber', fault: 'closed' });

/** Only for the odd message; everything else is answered. */
const generatorThat = (steps: readonly Step<never>[]) =>
  new ScriptedGenerator({
    clock,
    reply: ({ history }) => (history.at(-1)?.text === ODD ? steps : [words('Here it is.')]),
  });

const ROWS: readonly (readonly [string, Script, (call: TestCall, n: number) => Promise<void>])[] = [
  [
    'asks the built-in assistant for an answer to nothing',
    { generator: createEmbeddedAssistant(), hear: () => [finalWords('')] },
    askForNothing,
  ],
  [
    'asks the built-in assistant again when all is answered',
    { generator: createEmbeddedAssistant() },
    async (call, n) => {
      if (n === 1) call.type('roll two dice');
      else call.send({ type: 'response.create' });
      await call.inbound.next('response.done');
    },
  ],
  ['gets empty answers', { generator: generatorThat([]) }, typeOdd],
  ['gets blank answers', { generator: generatorThat([words('  ') as Step<never>]) }, typeOdd],
  ['is refused an answer', { generator: generatorThat([{ fail: refusal('generator') }]) }, typeOdd],
  [
    'brings a mistake of an adapter to light',
    { generator: generatorThat([{ fail: new TypeError('deliberate') }]) },
    typeOdd,
  ],
  [
    'cancels answers before their first word',
    { generator: generatorThat(['hang']) },
    async (call) => {
      call.type(ODD);
      await call.inbound.next('response.created');
      call.send({ type: 'response.cancel' });
      await call.inbound.next('response.done');
    },
  ],
  [
    'cancels answers after their first word',
    { generator: generatorThat([words('Well. ') as Step<never>, 'hang']) },
    async (call) => {
      call.type(ODD);
      await call.inbound.next('response.output_audio_transcript.delta');
      call.send({ type: 'response.cancel' });
      await call.inbound.next('response.done');
    },
  ],
  ['says what has no transcript at all', { hear: () => [] }, sayNothing],
  [
    'says what a recogniser cannot read',
    { hear: () => [{ fail: refusal('transcriber') }] },
    sayNothing,
  ],
  [
    'ends utterances without audio',
    { hear: () => [{ fail: hungUp }] },
    (call, n) => sayNothing(call, n, new Int16Array(0)),
  ],
  ['has words spoken that have no sound', { speak: () => [] }, typeOdd],
  [
    'has words spoken that are refused',
    { speak: () => [{ fail: refusal('synthesizer') }] },
    typeOdd,
  ],
];

describe('a caller takes no provider from others, who', () => {
  test.each(ROWS)('%s', async (_, script, act) => {
    await using relay = await start(script);
    await using call = await TestCall.start(relay.url);
    for (let n = 1; n <= TIMES; n++) {
      await act(call, n);
      expect(await bystander(relay.url)).toEqual(FINE);
    }
    // The others' requests that succeed are not what saves it.
    for (let n = TIMES + 1; n <= 2 * TIMES; n++) await act(call, n);
    const failed = relay.services().filter(({ failures }) => failures > 0);
    expect(failed).toEqual([]);
    expect(await bystander(relay.url)).toEqual(FINE);
  });

  test('hear nothing of it, and the caller is asked what they want to know', async () => {
    await using relay = await start({ hear: () => [finalWords('')] });
    await using call = await TestCall.start(relay.url);
    await askForNothing(call, 1);
    const said = call.inbound.ofType('response.output_audio_transcript.delta');
    expect(said.map(({ delta }) => delta).join('')).toBe(NOTHING_HEARD);
  });

  test('call once: one caller in many calls is one all the same', async () => {
    await using relay = await start({ generator: generatorThat([]) });
    const token = await signIn(relay.url);
    for (let n = 1; n <= 2 * TIMES; n++) {
      await using call = await TestCall.start(relay.url, {}, await createSession(relay.url, token));
      await typeOdd(call);
      await call.hangUp();
    }
    expect(relay.services().every(({ failures }) => failures === 0)).toBe(true);
    expect(await bystander(relay.url)).toEqual(FINE);
  });
});

test('a generator that answers several callers with nothing counts as failed', async () => {
  await using relay = await start({ generator: generatorThat([]) });
  for (let caller = 1; caller <= 5; caller++) {
    await using call = await TestCall.start(relay.url);
    await typeOdd(call);
  }
  const generator = relay.services().find(({ stage }) => stage === 'generator');
  expect(generator).toMatchObject({ breaker: 'open' });
});
