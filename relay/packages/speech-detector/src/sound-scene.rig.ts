import { rmsOf } from '@parley/shared/audio/level';
import { PCM16_SCALE, SPEECH_HZ, toPcm16 } from '@parley/shared/audio/pcm16';

/** Before the first sentence, and after each: the network's memory of noise takes seconds. */
const GAP_SAMPLES = 5 * SPEECH_HZ;

export interface SoundScene {
  /** Of the speech, pauses left out. */
  readonly speechDbfs: number;
  readonly noise?: { readonly kind: Noise; readonly dbfs: number };
}

type Noise = 'white' | 'pink' | 'music' | 'clicks' | 'hum';

/** Sentences with silence between them, at a level, in a noise; the same each time. */
export function soundScene(
  sentences: readonly Int16Array[],
  { speechDbfs, noise }: SoundScene,
): Int16Array {
  const length = sentences.reduce((sum, sentence) => sum + sentence.length + GAP_SAMPLES, 0);
  const sound = new Float32Array(GAP_SAMPLES + length);
  let at = GAP_SAMPLES;
  for (const sentence of sentences) {
    const gain =
      gainOf(speechDbfs) / (rmsOf(sentence.filter((sample) => sample ** 2 > 1e4)) * PCM16_SCALE);
    for (const [n, sample] of sentence.entries()) sound[at + n] = sample * PCM16_SCALE * gain;
    at += sentence.length + GAP_SAMPLES;
  }
  if (noise !== undefined) {
    const heard = NOISES[noise.kind](sound.length);
    const gain = gainOf(noise.dbfs) / rmsOf(heard);
    for (const [n, sample] of heard.entries()) sound[n]! += sample * gain;
  }
  return toPcm16(sound);
}

function gainOf(db: number): number {
  return 10 ** (db / 20);
}

/** White, between −1 and 1. */
function randomSamples(): () => number {
  let seed = 1;
  return () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 31 - 1;
  };
}

function madeOf(sample: (n: number, random: () => number) => number) {
  return (length: number): Float32Array => {
    const random = randomSamples();
    return Float32Array.from({ length }, (_, n) => sample(n, random));
  };
}

const wave = (hz: number, n: number) => Math.sin((2 * Math.PI * hz * n) / SPEECH_HZ);

const NOISES: Readonly<Record<Noise, (length: number) => Float32Array>> = {
  white: madeOf((_, random) => random()),
  /** Equal power in each octave, roughly: three low-passes over white noise. */
  pink(length) {
    const random = randomSamples();
    const low = [0, 0, 0];
    const poles = [0.997, 0.963, 0.57];
    return Float32Array.from({ length }, () => {
      const white = random();
      for (const [n, pole] of poles.entries()) low[n] = pole * low[n]! + (1 - pole) * white;
      return 33 * low[0]! + 8 * low[1]! + 2.5 * low[2]! + 0.18 * white;
    });
  },
  /** Chords with overtones, another every half second. */
  music: madeOf((n) => {
    const seconds = n / SPEECH_HZ;
    const root = [220, 174.6, 261.6, 196][Math.floor(seconds * 2) % 4]!;
    const chord = [1, 1.26, 1.5].flatMap((ratio) =>
      [1, 2, 3].map((over) => [ratio, over] as const),
    );
    const sum = chord.reduce((all, [ratio, over]) => all + wave(root * ratio * over, n) / over, 0);
    return sum * Math.exp(-3 * (seconds % 0.5));
  }),
  clicks: madeOf((n, random) => {
    const since = n % (0.7 * SPEECH_HZ);
    return since > 480 ? 0 : random() * Math.exp((-5 * since) / 480);
  }),
  hum: madeOf((n) => wave(50, n) + 0.3 * wave(150, n)),
};
