import { toPcm16 } from '@parley/shared/audio/pcm16';
import { resample } from '@parley/shared/audio/stream-resampler';
import { beforeAll, describe, expect, it } from 'vitest';
import { START_MS, warmEngines } from './warm-engines.rig.ts';
import { createEmbeddedAssistant } from './assistant.ts';
import {
  REFUSED_SENTENCES,
  UNDERSTOOD_SENTENCES,
} from '@parley/phrases/understanding/sentences.rig';

const VOICES = ['slt', 'rms', 'awb'] as const;
/**
 * Of the corpus every ninth sentence is said; the voices take turns. All of what people say to the
 * assistant is measured by `npm run bench -- phrasings`.
 */
const STEP = 9;
/** And every so many through a headset. */
const RATE_STEP = 60;
const HEADSET_HZ = 8_000;
/** The first of these are asked through the whole relay, elsewhere. */
const REFUSED_ELSEWHERE = 20;
const REFUSED_HERE = 6;
/** As much as clients send from before the onset, and some. */
const SILENCE_SAMPLES = 6_400;
/** White noise at -55 dB of full scale, as a quiet room with a fan has it; and at -45 dB. */
const FAN_PEAK = 100;
const LOUD_PEAK = 300;
const HEARD_BY_FAN = 7;
const HEARD_IN_NOISE = 17;
/** Some seconds in all on two free cores; this is for machines that have other work. */
const TIMEOUT_MS = 300_000;
const signal = new AbortController().signal;

let engines: Awaited<ReturnType<typeof warmEngines>>;
beforeAll(async () => {
  engines = await warmEngines();
}, START_MS);

async function speak(sentence: string, voice: string, speed = 1): Promise<Int16Array[]> {
  const silence = new Int16Array(SILENCE_SAMPLES);
  const audio: Int16Array[] = [silence];
  const clauses = (async function* () {
    yield sentence;
  })();
  for await (const event of engines.synthesizer.synthesize(clauses, { voice, speed, signal })) {
    if (event.type === 'speech-audio') audio.push(event.samples);
  }
  return [...audio, silence];
}

/** White noise over all of the audio. */
function inRoom(audio: readonly Int16Array[], peak: number): readonly Int16Array[] {
  let seed = 1;
  const noise = () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (seed / 0x4000_0000 - 1) * peak;
  };
  return audio.map((samples) => samples.map((sample) => sample + noise()));
}

async function hear(
  audio: readonly Int16Array[],
): Promise<{ text: string; unrecognised: boolean }> {
  const transcription = await engines.transcriber.open({ language: 'en-US', signal });
  for (const samples of audio) transcription.push(samples);
  transcription.finalize();
  for await (const event of transcription.events) {
    if (event.type === 'transcript-final') return event;
  }
  throw new Error('The transcription ended without a final transcript');
}

function joined(parts: readonly Int16Array[]): Int16Array {
  const all = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** What a Bluetooth headset takes in during a call, at the rate that the page sends. */
function throughHeadset(samples: Int16Array): Int16Array {
  const spoken = Float32Array.from(samples, (sample) => sample / 32_768);
  return toPcm16(resample(resample(spoken, 16_000, HEADSET_HZ), HEADSET_HZ, 16_000));
}

/** Everything the assistant says and does, so that "five" and "nine" seconds differ. */
async function reactionTo(text: string): Promise<string> {
  const reaction: string[] = [];
  const pasta = { id: 1, label: 'pasta', text: 'Done.', remainingMs: 500_000 };
  const assistant = createEmbeddedAssistant({
    now: () => new Date('2025-11-21T15:04:00Z'),
    random: () => 0.4,
  });
  const events = assistant.generate({
    history: [
      { role: 'assistant', text: 'As before.' },
      { role: 'user', text },
    ],
    signal,
    person: { timeZone: 'Europe/Berlin' },
    reminders: {
      add({ label, text: ring, delayMs }) {
        reaction.push(ring);
        return { id: 2, label, text: ring, remainingMs: delayMs };
      },
      list: () => [pasta],
      cancel: (id) => void reaction.push(`cancelled ${id}`),
    },
  });
  for await (const event of events) if (event.type === 'text-delta') reaction.push(event.text);
  return reaction.join('');
}

interface Utterance {
  readonly sentence: string;
  readonly voice: string;
}

function inTurn(sentences: readonly string[]): Utterance[] {
  return sentences.map((sentence, index) => ({
    sentence,
    voice: VOICES[index % VOICES.length]!,
  }));
}

/** What went wrong. */
async function failuresOf(
  utterances: readonly Utterance[],
  isRight: (heard: { text: string; unrecognised: boolean }, sentence: string) => Promise<boolean>,
  placed: (audio: readonly Int16Array[]) => readonly Int16Array[] = (audio) => audio,
): Promise<string[]> {
  const failures: string[] = [];
  for (const { sentence, voice } of utterances) {
    const heard = await hear(placed(await speak(sentence, voice)));
    if (!(await isRight(heard, sentence))) {
      failures.push(`${voice}: ${sentence} → ${heard.unrecognised ? 'refused' : heard.text}`);
    }
  }
  return failures;
}

describe(
  'spoken to in three voices',
  () => {
    it('gives the right answer nine times out of ten', async () => {
      const utterances = inTurn(UNDERSTOOD_SENTENCES.filter((_, index) => index % STEP === 0));
      const failures = await failuresOf(
        utterances,
        async (heard, sentence) =>
          !heard.unrecognised && (await reactionTo(heard.text)) === (await reactionTo(sentence)),
      );
      expect(unlessFew(failures, 0.1 * utterances.length)).toEqual([]);
    });

    it('does so in a room with a fan too', async () => {
      const utterances = inTurn(UNDERSTOOD_SENTENCES.slice(0, HEARD_BY_FAN));
      const failures = await failuresOf(
        utterances,
        async (heard, sentence) =>
          !heard.unrecognised && (await reactionTo(heard.text)) === (await reactionTo(sentence)),
        (audio) => inRoom(audio, FAN_PEAK),
      );
      expect(unlessFew(failures, 0.15 * utterances.length)).toEqual([]);
    });

    it('understands four of five in a noisy room', async () => {
      const utterances = inTurn(UNDERSTOOD_SENTENCES.slice(HEARD_BY_FAN, HEARD_IN_NOISE));
      const failures = await failuresOf(
        utterances,
        async (heard, sentence) =>
          !heard.unrecognised && (await reactionTo(heard.text)) === (await reactionTo(sentence)),
        (audio) => inRoom(audio, LOUD_PEAK),
      );
      expect(unlessFew(failures, 0.2 * utterances.length)).toEqual([]);
    });

    it('understands a headset of 8 kHz eight times out of ten', async () => {
      const utterances = inTurn(UNDERSTOOD_SENTENCES.filter((_, index) => index % RATE_STEP === 1));
      const failures = await failuresOf(
        utterances,
        async (heard, sentence) =>
          !heard.unrecognised && (await reactionTo(heard.text)) === (await reactionTo(sentence)),
        (audio) => [throughHeadset(joined(audio))],
      );
      expect(unlessFew(failures, 0.2 * utterances.length)).toEqual([]);
    });

    it('refuses four of five sentences it does not know', async () => {
      const sentences = REFUSED_SENTENCES.slice(REFUSED_ELSEWHERE);
      const utterances = inTurn(sentences.slice(0, REFUSED_HERE));
      const failures = await failuresOf(utterances, async (heard) => heard.unrecognised);
      expect(unlessFew(failures, 0.2 * utterances.length)).toEqual([]);
    });

    it.each([
      ['awb', 0.9, 'flip a coin'],
      ['slt', 1.15, 'flip a coin'],
      ['awb', 1, 'roll a die'],
    ] as const)('understands a short sentence: %s, speed %d, “%s”', async (voice, speed, said) => {
      expect((await hear(await speak(said, voice, speed))).text).toBe(said);
    });

    it.each([
      ['slt', 1.25, 'What is the capital of France?'],
      ['slt', 1, 'call the nearest pharmacy'],
      ['rms', 1, 'who won the election'],
      ['awb', 1, 'can dogs eat chocolate'],
    ] as const)(
      'refuses what resembles a sentence: %s, speed %d, “%s”',
      async (voice, speed, said) => {
        expect((await hear(await speak(said, voice, speed))).unrecognised).toBe(true);
      },
    );
  },
  TIMEOUT_MS,
);

/** An empty list if there are few enough failures, else all of them, for the report. */
function unlessFew(failures: readonly string[], few: number): readonly string[] {
  return failures.length <= few ? [] : failures;
}
