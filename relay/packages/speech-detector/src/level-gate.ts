/** −50 dBFS: louder frames may be speech in noise of any level. */
const LOUD = 0.003_2;
/** −76 dBFS, of differences: softer frames are no speech that a recogniser could use. */
const SOFTEST = 0.000_16;
/** Softer speech than that is heard if its loudest frames stand 6 dB above the noise. */
const ABOVE_NOISE = 2;
/** The noise is taken to rise by 3 dB/s at most: speech has gaps that show it again. */
const RISE_PER_FRAME = 1.011;
/** Half a second of frames after what was loud still belongs to it. */
const FRAMES_AFTER = 16;

/**
 * Which frames are so quiet that no speech begins in them. It follows the noise by its softest
 * frames. Between them and the noise the differences of neighbouring samples are compared: rumble
 * and hum, which vary most from frame to frame, count little in them.
 */
export class LevelGate {
  #noise = LOUD;
  #quietFrames = 0;

  /** @param samples - the next 32 ms, in −1…1 */
  isOpen(samples: Float32Array): boolean {
    let power = 0;
    let powerOfDifferences = 0;
    let last = samples[0]!;
    for (const sample of samples) {
      power += sample * sample;
      powerOfDifferences += (sample - last) ** 2;
      last = sample;
    }
    const level = Math.sqrt(powerOfDifferences / samples.length);
    this.#noise = Math.min(level, Math.max(SOFTEST, this.#noise) * RISE_PER_FRAME);
    const isLoud = power / samples.length > LOUD ** 2;
    const isQuiet = !isLoud && level < Math.max(SOFTEST, this.#noise * ABOVE_NOISE);
    this.#quietFrames = isQuiet ? this.#quietFrames + 1 : 0;
    return this.#quietFrames <= FRAMES_AFTER;
  }
}
