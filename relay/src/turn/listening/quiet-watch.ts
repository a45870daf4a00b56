import { rmsOf } from '@parley/shared/audio/level';

/** Quiet of this length may be the end of the utterance: 200 ms at 16 kHz. */
const QUIET_SAMPLES = 3_200;
/** Quiet is what has less than this share of the loudest so far (RMS): 16 dB below it. */
const QUIET_SHARE = 0.15;

/** Notices the first moment at which a person may have finished speaking. */
export class QuietWatch {
  #loudest = 0;
  #quietSamples = 0;

  /**
   * @param samples - PCM16 at 16 kHz, the next of the utterance
   * @returns true once for each stretch of quiet, when it is long enough
   */
  heard(samples: Int16Array): boolean {
    const level = rmsOf(samples);
    this.#loudest = Math.max(this.#loudest, level);
    if (level >= this.#loudest * QUIET_SHARE) {
      this.#quietSamples = 0;
      return false;
    }
    const before = this.#quietSamples;
    this.#quietSamples += samples.length;
    return before < QUIET_SAMPLES && this.#quietSamples >= QUIET_SAMPLES;
  }
}
