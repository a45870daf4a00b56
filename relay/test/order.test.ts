import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmbeddedAssistant } from '../src/providers/embedded/assistant.ts';
import { sleep, systemClock } from '../src/base/lib/clock.ts';
import type { Transcriber } from '../src/call/stages/transcriber/transcriber.ts';
import { SegmentUtterance } from '../src/providers/vendors/openai/segment-utterance.ts';
import { counting } from './support/scripted-synthesizer.ts';
import { finalWords, ScriptedTranscriber } from './support/scripted-transcriber.ts';
import { TestCall } from './support/test-call.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

/** An utterance: its first sample says which words it holds, its second how long they take to hear. */
interface Said {
  readonly words: string;
  readonly recognitionMs: number;
}

const said = new Map<number, Said>();

/** @returns audio that is recognised as the words after a time */
function speech(words: string, recognitionMs: number): Int16Array {
  const key = said.size + 1;
  said.set(key, { words, recognitionMs });
  const samples = counting(1, 3_200);
  samples[0] = key;
  return samples;
}

const clock = systemClock;
const streaming = new ScriptedTranscriber({
  clock,
  onFinal: (audio) => {
    const { words, recognitionMs } = said.get(audio[0]!)!;
    return [{ waitMs: recognitionMs }, finalWords(words)];
  },
});
/** Sends each utterance as a whole, as an adapter of a batch recogniser does. */
const batch: Transcriber = {
  name: 'batch',
  open: async ({ signal }) =>
    new SegmentUtterance(
      'batch',
      async (samples, aborted) => {
        const { words, recognitionMs } = said.get(samples[0]!)!;
        await sleep(clock, recognitionMs, aborted);
        return words;
      },
      signal,
    ),
};

const SET = 'set a timer for twenty five minutes';
const CANCEL = 'cancel the timer';
const RUNS = 20;
/** What each of the two takes to be recognised, ms; the first takes longer. */
const delays = fc.sample(
  fc.record({
    set: fc.integer({ min: 60, max: 400 }),
    cancel: fc.nat(50),
    /** Before which of the two the connection is lost; 2: after both. */
    cutBefore: fc.nat(2),
  }),
  RUNS,
);

/** The call asks for timers until it knows that none runs. @returns what was said to the person */
async function afterwards(call: TestCall): Promise<string[]> {
  const { inbound } = call;
  await inbound.until('answers to both', () => {
    const begun = inbound.ofType('response.created').length;
    const isOver = inbound.ofType('response.done').length === begun;
    return (transcripts(call).length === 2 && begun > 0 && isOver) || undefined;
  });
  call.type('what timers are running');
  await inbound.until('the list', () => replies(call).find((text) => text.includes('running.')));
  return replies(call);
}

function replies(call: TestCall): string[] {
  const { inbound } = call;
  return inbound.ofType('response.created').map(({ response_id }) =>
    inbound
      .ofType('response.output_audio_transcript.delta')
      .filter((event) => event.response_id === response_id)
      .map(({ delta }) => delta)
      .join(''),
  );
}

function transcripts(call: TestCall): string[] {
  return call.inbound
    .ofType('conversation.item.input_audio_transcription.completed')
    .map(({ transcript }) => transcript);
}

async function inWriting(relay: TestRelay): Promise<TestCall> {
  const call = await TestCall.start(relay.url);
  call.send({ type: 'session.update', session: { output_modalities: ['text'] } });
  await call.inbound.next('session.updated');
  return call;
}

describe.each([
  ['a streaming recogniser', streaming],
  ['a batch recogniser', batch],
])('behind %s', (_, transcriber) => {
  let relay: TestRelay;
  beforeAll(async () => {
    const generator = createEmbeddedAssistant();
    relay = await startTestRelay({
      providers: { transcriber, generator },
      env: { MAX_SESSIONS: '50' },
    });
  });
  afterAll(() => relay[Symbol.asyncDispose]());

  it('a timer that is cancelled after an outage never rings', async () => {
    await Promise.all(
      delays.map(async ({ set, cancel, cutBefore }) => {
        await using call = await inWriting(relay);
        if (cutBefore === 0) await call.cut();
        call.speak(1, speech(SET, set));
        if (cutBefore === 1) await call.cut();
        call.speak(2, speech(CANCEL, cancel));
        if (cutBefore === 2) await call.cut();
        await call.resume();
        const answers = await afterwards(call);
        expect(transcripts(call)).toEqual([SET, CANCEL]);
        expect(answers.join(' ')).toMatch(/is set .*is cancelled.*no timer running/);
      }),
    );
  });

  it('nor does one that is cancelled at once, without a fault', async () => {
    await Promise.all(
      delays.map(async ({ set, cancel }) => {
        await using call = await inWriting(relay);
        call.speak(1, speech(SET, set));
        call.speak(2, speech(CANCEL, cancel));
        const answers = await afterwards(call);
        expect(transcripts(call)).toEqual([SET, CANCEL]);
        expect(answers.join(' ')).toMatch(/is set .*is cancelled.*no timer running/);
      }),
    );
  });

  it('what is typed after speech goes after it', async () => {
    await using call = await inWriting(relay);
    call.speak(1, speech(SET, 200));
    call.type(CANCEL);
    await call.inbound.next('response.done');
    expect(replies(call).join(' ')).toMatch(/is set .*is cancelled/);
    expect(call.inbound.ofType('response.created')).toMatchObject([{ trigger: 'text' }]);
  });
});
