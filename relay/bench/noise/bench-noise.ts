import { rmsOf } from '@parley/shared/audio/level';
import { conversationAt, PHRASINGS_NOW } from '@parley/phrases/understanding/phrasings.rig';
import { isRefusal } from '@parley/phrases';
import {
  REFUSED_SENTENCES,
  UNDERSTOOD_SENTENCES,
} from '@parley/phrases/understanding/sentences.rig';
import { openVoiceToEar, type Heard } from '../../src/providers/embedded/voice-to-ear.rig.ts';
import { readClips, type Clips } from './clips.ts';
import { babble, inNoise, overdriven, pinkNoise, type NoisePlace } from './room-noise.ts';
import { figuresOf, tableOf, type Figures, type Outcome } from './table.ts';
import { wholeNumber, defineBench, FOLDER, type BenchContext } from '../bench.ts';

const VOICES = ['slt', 'rms', 'awb'] as const;
const WORKERS = 2;
const SNRS_DB = [30, 25, 20, 15] as const;
const KINDS = ['pink noise', 'babble'] as const;
const PLACES: readonly NoisePlace[] = ['throughout', 'under speech'];
const OVERDRIVE_DB = 24;
/** Noise alone: four seconds, as loud as a fan far away and one close by, dB of full scale. */
const ALONE_SAMPLES = 64_000;
const ALONE_COUNT = 20;
const ALONE_DBFS = [-55, -45, -35] as const;
const FULL_SCALE = 0x8000;

type Kind = (typeof KINDS)[number];
type Ear = Awaited<ReturnType<typeof openVoiceToEar>>;
type Sound = (speech: Int16Array, seed: number) => Int16Array;

export interface NoiseBenchOptions extends BenchContext {
  /** A folder of recordings, see `readClips`. */
  readonly clipsFolder: string | undefined;
  /** Of the noises, so that a run can be repeated. */
  readonly seed: number;
  /** Of each list, one in so many sentences is spoken. */
  readonly step?: number;
}

/** How the embedded recogniser understands people in noise. @returns a row for each condition */
export async function benchNoise(options: NoiseBenchOptions) {
  const { clipsFolder, seed, step = 1, signal, tell } = options;
  const rows: Figures[] = [];
  const report = (name: string, outcomes: readonly Outcome[]) => {
    rows.push(figuresOf(name, outcomes));
    for (const { said, heard, verdict } of outcomes) {
      if (verdict === 'wrong') tell(`wrong | ${name} | ${said} | ${heard}`);
    }
  };

  // Read first: a mistake in them would otherwise show after minutes.
  const people = clipsFolder === undefined ? undefined : await readClips(clipsFolder);
  await using ear = await openVoiceToEar(WORKERS, signal);
  const voicesOf = (sentences: readonly string[]) =>
    sentences
      .filter((_, index) => index % step === 0)
      .map((text, index) => ({ text, voice: VOICES[index % VOICES.length]! }));
  const speakAll = (utterances: readonly { readonly text: string; readonly voice: string }[]) =>
    allOf(utterances, signal, async ({ text, voice }) => ({
      text,
      said: `${voice}: ${text}`,
      samples: await ear.speak(text, voice),
    }));
  const understood = await speakAll(voicesOf(UNDERSTOOD_SENTENCES));
  const refused = await speakAll(voicesOf(REFUSED_SENTENCES));
  const crowd = refused.map(({ samples }) => samples);
  const conditions = conditionsOf(crowd);

  for (const [name, sound] of conditions) {
    const outcomes = await allOf(understood, signal, async ({ text, said, samples }, index) => {
      const heard = await ear.hear(sound(samples, seed + index));
      return { said, heard: heard.text, verdict: await verdictOn(text, heard) };
    });
    report(name, outcomes);
  }
  for (const [name, sound] of conditions) {
    const outcomes = await allOf(refused, signal, async ({ said, samples }, index) =>
      refusal(said, await ear.hear(sound(samples, seed + index))),
    );
    report(`free speech, ${name}`, outcomes);
  }
  for (const kind of KINDS) {
    const levels = ALONE_DBFS.flatMap((dbfs) =>
      Array.from({ length: Math.ceil(ALONE_COUNT / step) }, (_, index) => ({ dbfs, index })),
    );
    const outcomes = await allOf(levels, signal, async ({ dbfs, index }) => {
      const noise = noiseOf(kind, crowd, ALONE_SAMPLES, seed + index);
      const said = `${dbfs} dB`;
      return refusal(said, await ear.hear(atLevel(noise, dbfs)));
    });
    report(`${kind} alone`, outcomes);
  }
  if (people !== undefined) {
    for (const [name, outcomes] of await hearClips(people, conditions, seed, signal)) {
      report(`people, ${name}`, outcomes);
    }
  }
  tell(tableOf(rows));
  return { bench: 'noise', rows };
}

function conditionsOf(crowd: readonly Int16Array[]): readonly (readonly [string, Sound])[] {
  const noisy = KINDS.flatMap((kind) =>
    PLACES.flatMap((place) =>
      SNRS_DB.map((snrDb): readonly [string, Sound] => [
        `${kind} ${place}, ${snrDb} dB`,
        (speech, seed) => inNoise(speech, noiseOf(kind, crowd, speech.length, seed), snrDb, place),
      ]),
    ),
  );
  return [
    ['clean', (speech) => speech],
    [`${OVERDRIVE_DB} dB too loud`, (speech) => overdriven(speech, OVERDRIVE_DB)],
    ...noisy,
  ];
}

function noiseOf(
  kind: Kind,
  crowd: readonly Int16Array[],
  length: number,
  seed: number,
): Float32Array {
  return kind === 'babble' ? babble(crowd, length, seed) : pinkNoise(length, seed);
}

async function hearClips(
  { clips, grammar }: Clips,
  conditions: readonly (readonly [string, Sound])[],
  seed: number,
  signal: AbortSignal,
): Promise<readonly (readonly [string, readonly Outcome[]])[]> {
  await using ear: Ear = await openVoiceToEar(WORKERS, signal, grammar);
  const results: (readonly [string, readonly Outcome[]])[] = [];
  for (const [name, sound] of conditions) {
    // The same few recordings in several noises.
    const several = name === 'clean' ? clips : [clips, clips, clips, clips].flat();
    const outcomes = await allOf(several, signal, async ({ sentence, samples }, index) => {
      const { text } = await ear.hear(sound(samples, seed + index));
      const verdict = text === sentence ? 'right' : text === '' ? 'refused' : 'wrong';
      return { said: sentence, heard: text, verdict } as const;
    });
    results.push([name, outcomes]);
  }
  return results;
}

/** The same answer as to the words themselves is right; to ask back or to refuse is honest. */
async function verdictOn(said: string, { text, unrecognised }: Heard): Promise<Outcome['verdict']> {
  if (text === '') return 'refused';
  const answerTo = (words: string, isUnknown = false) =>
    conversationAt(PHRASINGS_NOW).say(words, isUnknown);
  const answer = await answerTo(text, unrecognised);
  if (answer === (await answerTo(said))) return 'right';
  return isRefusal(answer) || answer.endsWith('?') ? 'refused' : 'wrong';
}

function refusal(said: string, { text }: Heard): Outcome {
  return { said, heard: text, verdict: text === '' ? 'refused' : 'wrong' };
}

function atLevel(noise: Float32Array, dbfs: number): Int16Array {
  const scale = (FULL_SCALE * 10 ** (dbfs / 20)) / rmsOf(noise);
  return Int16Array.from(noise, (sample) => scale * sample);
}

/** As many at once as there are threads that listen; results in order. */
async function allOf<T, R>(
  items: readonly T[],
  signal: AbortSignal,
  run: (item: T, index: number) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const waiting = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of waiting) {
      signal.throwIfAborted();
      results[index] = await run(item, index);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
  return results;
}

export const NOISE_BENCH = defineBench({
  about: `How people are understood without a key in a noisy room: sentences in three synthetic voices, in
pink noise and among other voices, from clean to 15 dB; free speech and noise alone.
--clips DIR  recordings of people too, WAV files and sentences.txt, in which each line is
             FILE.wav: sentence, or a sentence that could have been said instead`,
  options: { clips: FOLDER, seed: wholeNumber(1_000_000, 1) },
  async run({ clips: clipsFolder, seed }, { print, ...context }) {
    print(await benchNoise({ clipsFolder, seed, ...context }));
    return true;
  },
});
