/** −70 dBFS: softer sound is no speech that a recogniser could use. */
const SOFTEST = 0.000_32;
/** −50 dBFS: louder sound may be speech in noise of any level. */
const LOUDEST = 0.003_2;
/** Speech below that level is heard if its loudest frames are 6 dB above the noise. */
const ABOVE_NOISE = 2;
/** The noise is taken to rise by 3 dB/s at most: speech has gaps that show it again. */
const RISE_PER_FRAME = 1.011;
/** Quiet frames after which the network has heard enough of the noise: half a second. */
const HEARD_QUIET_FRAMES = 16;

/**
 * Which frames of 32 ms are so quiet that no speech can be in them. It follows the noise by its
 * softest frames.
 */
export class LevelGate {
  #noise = LOUDEST;
  #quietFrames = 0;

  /** @param rms - of the next frame's samples in −1…1. @returns whether it may hold speech */
  isOpen(rms: number): boolean {
    this.#noise = Math.min(rms, Math.max(SOFTEST, this.#noise) * RISE_PER_FRAME);
    const threshold = Math.min(LOUDEST, Math.max(SOFTEST, this.#noise * ABOVE_NOISE));
    this.#quietFrames = rms < threshold ? this.#quietFrames + 1 : 0;
    return this.#quietFrames <= HEARD_QUIET_FRAMES;
  }
}
