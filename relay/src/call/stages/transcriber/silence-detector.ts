import { rmsOf } from '@parley/shared/audio/level';

/** Silence of this length may be the end of the utterance: 200 ms at 16 kHz. */
const SILENCE_SAMPLES = 3_200;

/** Silence has less than this share of the loudest level so far (RMS): 16 dB below it. */
const SILENCE_SHARE = 0.15;

/**
 * Detects the first moment at which a person may have finished speaking: then speculation begins,
 * work on the words so far that is wasted if the person goes on.
 */
export class SilenceDetector {
  #loudest = 0;
  #silentSamples = 0;

  /**
   * @param samples - PCM16 at 16 kHz, the next of the utterance
   * @returns true once for each stretch of silence, when it is long enough
   */
  isSpeculationDue(samples: Int16Array): boolean {
    const level = rmsOf(samples);
    this.#loudest = Math.max(this.#loudest, level);
    if (level >= this.#loudest * SILENCE_SHARE) {
      this.#silentSamples = 0;
      return false;
    }
    const before = this.#silentSamples;
    this.#silentSamples += samples.length;
    return before < SILENCE_SAMPLES && this.#silentSamples >= SILENCE_SAMPLES;
  }
}
