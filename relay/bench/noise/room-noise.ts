import { rmsOf } from '@parley/shared/audio/level';
import { seeded } from '../chaos/random.ts';

/** PCM16 mono at 16 kHz throughout. */
const FRAME_SAMPLES = 320;
/** What of an utterance is speech: its frames less than 30 dB below the loudest. */
const ACTIVE_RATIO = 10 ** (-30 / 20);
/** Voices that talk at once, so that single words are no longer understood. */
const BABBLE_VOICES = 6;

/** When the noise is there: all the time, or only while there is speech, as behind a noise gate. */
export type NoisePlace = 'throughout' | 'under speech';

/** Root mean square of the frames that hold speech, on the scale of PCM16. */
export function speechLevel(samples: Int16Array): number {
  const levels = frameLevels(samples);
  const least = ACTIVE_RATIO * Math.max(0, ...levels);
  const active = levels.filter((level) => level > 0 && level >= least);
  return Math.sqrt(active.reduce((sum, level) => sum + level ** 2, 0) / Math.max(1, active.length));
}

/** Noise of equal power in each octave, of any scale: Kellet's filter over white noise. */
export function pinkNoise(length: number, seed: number): Float32Array {
  const random = seeded(seed);
  const [low, middle, high] = [
    [0.997_65, 0.099_046],
    [0.963, 0.296_516_4],
    [0.57, 1.052_691_3],
  ] as const;
  let [a, b, c] = [0, 0, 0];
  return new Float32Array(length).map(() => {
    const white = random() * 2 - 1;
    a = low[0] * a + low[1] * white;
    b = middle[0] * b + middle[1] * white;
    c = high[0] * c + high[1] * white;
    return a + b + c + 0.1848 * white;
  });
}

/** Several people who talk at once, each from somewhere in one of the utterances, again and again. */
export function babble(
  utterances: readonly Int16Array[],
  length: number,
  seed: number,
): Float32Array {
  const random = seeded(seed);
  const mixed = new Float32Array(length);
  for (let voice = 0; voice < BABBLE_VOICES; voice += 1) {
    const utterance = utterances[Math.floor(random() * utterances.length)]!;
    const scale = 1 / Math.max(1, speechLevel(utterance));
    let at = Math.floor(random() * utterance.length);
    for (let index = 0; index < length; index += 1) {
      mixed[index]! += scale * utterance[at]!;
      at = (at + 1) % utterance.length;
    }
  }
  return mixed;
}

/** Speech and noise so far below it; what goes beyond 16 bits is clipped, as a converter does. */
export function inNoise(
  speech: Int16Array,
  noise: Float32Array,
  snrDb: number,
  place: NoisePlace,
): Int16Array {
  const scale = (speechLevel(speech) * 10 ** (-snrDb / 20)) / rmsOf(noise);
  const [from, to] = place === 'throughout' ? [0, speech.length] : speechRange(speech);
  return speech.map((sample, index) =>
    clip(sample + (index >= from && index < to ? scale * noise[index]! : 0)),
  );
}

/** The same sound through a microphone that is turned up too far. */
export function overdriven(speech: Int16Array, gainDb: number): Int16Array {
  return speech.map((sample) => clip(sample * 10 ** (gainDb / 20)));
}

function speechRange(samples: Int16Array): readonly [from: number, to: number] {
  const levels = frameLevels(samples);
  const least = ACTIVE_RATIO * Math.max(0, ...levels);
  const isSpeech = (level: number) => level > 0 && level >= least;
  return [
    levels.findIndex(isSpeech) * FRAME_SAMPLES,
    (levels.findLastIndex(isSpeech) + 1) * FRAME_SAMPLES,
  ];
}

function frameLevels(samples: Int16Array): readonly number[] {
  return Array.from({ length: Math.floor(samples.length / FRAME_SAMPLES) }, (_, index) =>
    rmsOf(samples.subarray(index * FRAME_SAMPLES, (index + 1) * FRAME_SAMPLES)),
  );
}

function clip(sample: number): number {
  return Math.max(-0x8000, Math.min(0x7fff, Math.round(sample)));
}
