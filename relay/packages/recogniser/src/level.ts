import { rmsOf } from '@parley/shared/audio/level';
import { NoiseGate } from './noise-gate.ts';

/**
 * How loud the caller's speech arrives, decided once per utterance from its first speech: from what
 * rises above the noise of the room, which clients send from before the onset of speech.
 *
 * The recogniser's normalisation adapts over seconds, an utterance may be one word long. Within
 * 9 dB of the level it expects that does not matter; a quiet microphone needs the gain.
 */

const FRAME_SAMPLES = 320;
/** Speech after which its loudest vowel so far is representative. */
const DECISION_FRAMES = 15;
/**
 * What must precede the speech for its level to be the room's: 160 ms. A client that sends speech
 * alone has its soft consonants there, which are shorter.
 */
const ROOM_FRAMES = 8;
const MAX_GAIN = 32;
const RMS = {
  /** Under this, 20 ms hold no speech: -60 dB of full scale. */
  floor: 33,
  /** So far above the quietest 20 ms, the noise of the room, is speech: 12 dB. */
  aboveNoise: 4,
  /** Of the loudest 20 ms of an utterance, at the level the recogniser expects. */
  expected: 5_000,
  toleratedRatio: 2.8,
  /** The loudest 20 ms over the noise in a room so quiet that the recogniser hears none: 52 dB. */
  quietRoom: 400,
} as const;

export class SpeechLevel {
  readonly #frame = new Int16Array(FRAME_SAMPLES);
  #filled = 0;
  #speechFrames = 0;
  /** Before the first speech. */
  #roomFrames = 0;
  #loudestRms = 0;
  /** Of the quietest frame so far. */
  #noiseRms = Number.POSITIVE_INFINITY;

  /** Whether enough was heard to trust `gain`. */
  get isDecided(): boolean {
    return this.#speechFrames >= DECISION_FRAMES;
  }

  /** What to multiply samples by; exactly 1 if they are near enough to the expected level. */
  get gain(): number {
    if (this.#loudestRms < RMS.floor) return 1;
    const gain = RMS.expected / this.#loudestRms;
    return gain > 1 / RMS.toleratedRatio && gain < RMS.toleratedRatio
      ? 1
      : Math.min(gain, MAX_GAIN);
  }

  /** For a room whose noise the recogniser would hear; undefined in a quiet one, or if none was heard. */
  noiseGate(): NoiseGate | undefined {
    if (this.#roomFrames < ROOM_FRAMES) return undefined;
    const levels = { noiseRms: this.#noiseRms, loudestRms: this.#loudestRms };
    return levels.loudestRms < RMS.quietRoom * levels.noiseRms ? new NoiseGate(levels) : undefined;
  }

  /**
   * Audio after the decision changes nothing, or it would depend on how much comes at once.
   *
   * @param samples PCM16
   */
  push(samples: Int16Array): void {
    for (const sample of samples) {
      if (this.isDecided) return;
      this.#frame[this.#filled] = sample;
      this.#filled += 1;
      if (this.#filled < FRAME_SAMPLES) continue;
      this.#filled = 0;
      this.#measure();
    }
  }

  #measure(): void {
    const rms = rmsOf(this.#frame);
    this.#noiseRms = Math.min(this.#noiseRms, rms);
    if (rms >= Math.max(RMS.floor, RMS.aboveNoise * this.#noiseRms)) this.#speechFrames += 1;
    if (this.#speechFrames === 0) this.#roomFrames += 1;
    this.#loudestRms = Math.max(this.#loudestRms, rms);
  }
}
