import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { joinPcm16 } from '@parley/shared/audio/pcm16';
import { resamplePcm16 } from '@parley/shared/audio/pcm16-resampler';
import { cartesiaVendor } from '../../src/providers/vendors/cartesia/cartesia-vendor.ts';
import { elevenLabsVendor } from '../../src/providers/vendors/elevenlabs/elevenlabs-vendor.ts';
import { createEmbeddedSynthesizer } from '../../src/providers/embedded/embedded-synthesizer.ts';
import { createEmbeddedTranscriber } from '../../src/providers/embedded/embedded-transcriber.ts';
import { openAiVendor } from '../../src/providers/vendors/openai/openai-vendor.ts';
import type { Simulator } from '../../simulators/kit/simulator.ts';
import { simulatorTraffic, type Traffic } from '../../simulators/kit/traffic.ts';
import { subjectOf } from '../conformance/subject.ts';
import { TestCall } from '../support/test-call.ts';
import { FaultyRelay, SHORT_POLICY } from './faulty-relay.ts';

/**
 * Long words, easily distinguished, each of them once: a word that is said twice shows. A
 * recogniser that may put them in any order hears short ones in every breath.
 */
const CLAUSES = [
  'Twenty purple elephants visited Chicago yesterday morning.',
  'Seven yellow bottles surrounded another kitchen window.',
  'Nobody remembers Jennifer singing beautiful melodies.',
];
/** The rest of the first word if the voice breaks off in it. Half a word does not count. */
const HALF_WORD = { name: 'twen', pronunciations: ['T W', 'T W EH', 'T W EH N'] };
const ANSWER = CLAUSES.join(' ');
const WORDS = wordsOf(ANSWER);
/** Around a recording of more than one voice, so that no breath passes as a word. */
const SILENCE = new Int16Array(4_800);
const RECOGNISER_HZ = 16_000;

type Synthesizer = ReturnType<typeof createEmbeddedSynthesizer>;
let voice: Synthesizer;
let recogniser: ReturnType<typeof createEmbeddedTranscriber>;

beforeAll(async () => {
  voice = createEmbeddedSynthesizer({ maxWorkers: 1 });
  recogniser = createEmbeddedTranscriber({
    // Any of the words, in any order, as often as they are said.
    grammar: {
      rules: `<utterance> = (${[...WORDS, HALF_WORD.name].join(' | ')})+;`,
      utterance: 'utterance',
      pronunciations: { [HALF_WORD.name]: HALF_WORD.pronunciations },
    },
    maxWorkers: 2,
    waitMs: 60_000,
    answerMs: 60_000,
  });
  await Promise.all([voice.warm(1), recogniser.warm(1)]);
});
afterAll(async () => {
  await Promise.all([voice[Symbol.asyncDispose](), recogniser[Symbol.asyncDispose]()]);
});

/** Synthesized clauses by text and rate: all tests need the same few, and one voice is shared. */
const spoken = new Map<string, Promise<Int16Array>>();

/** Every vendor speaks with the embedded voice: a listener knows only what is said. */
function speak(text: string, rateHz: number): Promise<Int16Array> {
  const key = `${rateHz} ${text}`;
  const known = spoken.get(key) ?? synthesize(text, rateHz);
  spoken.set(key, known);
  return known;
}

async function synthesize(text: string, rateHz: number): Promise<Int16Array> {
  const pieces: Int16Array[] = [];
  async function* clauses() {
    yield text;
  }
  const { signal } = new AbortController();
  for await (const event of voice.synthesize(clauses(), { voice: 'slt', signal })) {
    if (event.type === 'speech-audio') pieces.push(event.samples);
  }
  return resamplePcm16(joinPcm16(pieces), voice.sampleRateHz, rateHz);
}

async function heard(samples: Int16Array, rateHz: number): Promise<string[]> {
  const { signal } = new AbortController();
  const stream = await recogniser.open({ language: 'en-US', signal });
  const speech = resamplePcm16(samples, rateHz, RECOGNISER_HZ);
  for (const piece of [SILENCE, speech, SILENCE]) stream.push(piece);
  stream.finalize();
  let text = '';
  for await (const event of stream.events) {
    if (event.type === 'transcript-final') ({ text } = event);
  }
  return wordsOf(text).filter((word) => word !== HALF_WORD.name);
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[a-z]+/g) ?? [];
}

const MOMENTS = [
  'at the first sound',
  'in its first clause',
  'in its second clause',
  'between two clauses',
] as const;
type Moment = (typeof MOMENTS)[number];

const BYTES_A_SAMPLE = 2;
/** Which clause it is, and how much of it is spoken before the voice is killed. */
const KILLED_IN: Record<Moment, { readonly clause: number; readonly spokenS: number }> = {
  'at the first sound': { clause: 0, spokenS: 0.2 },
  'in its first clause': { clause: 0, spokenS: 1 },
  'in its second clause': { clause: 1, spokenS: 1.2 },
  'between two clauses': { clause: 1, spokenS: 0 },
};

/** Calls once a voice has sent so much more, before it sends what comes next. */
function afterAudio({ url }: Simulator, bytes: number, action: () => void): void {
  let sent = 0;
  const onTraffic = (message: unknown) => {
    const { way, text, bytes: binary, ...from } = message as Traffic;
    const encoded = /"(?:data|audio)":"([\w+/=]+)"/.exec(text ?? '')?.[1] ?? '';
    const more = binary + encoded.length * 0.75;
    if (from.url !== url || way === 'in' || more === 0) return;
    if (sent >= bytes) {
      simulatorTraffic.unsubscribe(onTraffic);
      action();
    }
    sent += more;
  };
  simulatorTraffic.subscribe(onTraffic);
}

/** Asks for the answer, kills its voice at a moment, and returns what the person got. */
async function answerAcross(moment: Moment, primary: Parameters<typeof subjectOf>[0]) {
  await using relay = await FaultyRelay.start({
    hasSecond: true,
    policy: SHORT_POLICY,
    lineup: { synthesizer: subjectOf(primary, 'synthesizer', primary.id) },
    primary: {
      answer: () => ANSWER,
      async speak(text, rateHz) {
        const samples = await speak(text, rateHz);
        const { clause, spokenS } = KILLED_IN[moment];
        if (CLAUSES[clause]!.includes(text)) {
          const vendor = relay.vendor('synthesizer');
          const kill = () => {
            vendor.fail({ kind: 'refuse' }, 'first-use');
            vendor.cut();
          };
          if (spokenS === 0) kill();
          else afterAudio(vendor, spokenS * rateHz * BYTES_A_SAMPLE, kill);
        }
        return samples;
      },
    },
    second: { speak },
  });
  await using call = await TestCall.start(relay.relay.url);
  call.type('Tell me');
  const created = await call.inbound.next('response.created');
  const done = await call.inbound.next('response.done');
  const rateHz = created.audio!.sample_rate;
  const pieces = call.inbound.frames.map(({ samples }) => samples);
  const samples = joinPcm16(pieces);
  const captions = call.inbound
    .ofType('response.output_audio_transcript.delta')
    .map(({ delta }) => delta)
    .join('');
  const takenOver = relay.vendors.synthesizer[1]!.requests > 0;
  return { words: await heard(samples, rateHz), captions, status: done.status, takenOver };
}

/** One voice is killed at every moment: the unit tests of the failover count what of a clause was heard. */
const FIRST_AND_LAST = [MOMENTS[0], MOMENTS[MOMENTS.length - 1]!];

describe.concurrent.each([
  ['whose words are timed', elevenLabsVendor, MOMENTS],
  ['that breaks off before it has timed them', cartesiaVendor, FIRST_AND_LAST],
  ['that never times them', openAiVendor, FIRST_AND_LAST],
] as const)('a voice %s', (_, primary, moments) => {
  test.each(moments)(
    'killed %s, is followed by another, and each word is heard once',
    async (moment) => {
      const { words, captions, status, takenOver } = await answerAcross(moment, primary);
      expect(takenOver).toBe(true);
      expect(captions).toBe(ANSWER);
      expect(words).toEqual(WORDS);
      expect(status).toBe('completed');
    },
  );
});

test('the answer is understood if no voice is killed', async () => {
  const samples = await speak(ANSWER, RECOGNISER_HZ);
  expect(await heard(samples, RECOGNISER_HZ)).toEqual(WORDS);
});
