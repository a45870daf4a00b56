import { SPEECH_HZ } from '@parley/shared/audio/pcm16';
import type { DetectorCheck } from '../../messages/detector-check.ts';
import { FRAME_SAMPLES } from '@parley/shared/vad/speech-detector';
import type { SpeechDetector } from '@parley/shared/vad/speech-detector';

const FRAMES = 16;
/** The harmonics of a voice. */
const PITCH_HZ = 120;
const HARMONICS = 30;
/** Middle and width of the resonances of an open "a". */
const FORMANTS_HZ = [
  [700, 80],
  [1_200, 90],
  [2_600, 120],
] as const;

/** Runs the detector on a vowel and then on silence. Rejects if it cannot be run. */
export async function checkDetector(detector: SpeechDetector): Promise<DetectorCheck> {
  const speech = await highestOf(detector, makeVowel());
  // The detector's memory of the vowel fades.
  await highestOf(detector, new Float32Array((FRAMES / 2) * FRAME_SAMPLES));
  const silence = await highestOf(detector, new Float32Array(FRAMES * FRAME_SAMPLES));
  return { kind: 'ready', speech, silence };
}

async function highestOf(detector: SpeechDetector, samples: Float32Array): Promise<number> {
  let highest = 0;
  for (let at = 0; at + FRAME_SAMPLES <= samples.length; at += FRAME_SAMPLES) {
    // oxlint-disable-next-line no-await-in-loop -- the detector keeps a state: one after the other
    const probability = await detector.probabilityOf(samples.slice(at, at + FRAME_SAMPLES));
    highest = Math.max(highest, probability);
  }
  return highest;
}

/** Half a second of a synthetic "a" whose pitch and loudness move as a voice's do. */
export function makeVowel(): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(FRAMES * FRAME_SAMPLES);
  let phase = 0;
  for (let at = 0; at < samples.length; at += 1) {
    const seconds = at / SPEECH_HZ;
    const pitchHz = PITCH_HZ * (1 + 0.08 * Math.sin(2 * Math.PI * 3 * seconds));
    phase += (2 * Math.PI * pitchHz) / SPEECH_HZ;
    let sample = 0;
    for (let harmonic = 1; harmonic <= HARMONICS; harmonic += 1) {
      const gain = FORMANTS_HZ.reduce(
        (sum, [hz, width]) => sum + 1 / (1 + ((harmonic * pitchHz - hz) / width) ** 2),
        0,
      );
      sample += gain * Math.sin(harmonic * phase);
    }
    const loudness = 0.55 + 0.45 * Math.sin(2 * Math.PI * 4 * seconds - 1.5);
    samples[at] = 0.08 * loudness * sample;
  }
  return samples;
}
