import { PCM16_SCALE } from '@parley/shared/audio/pcm16';

/** −50 dBFS: louder frames may be speech in noise of any level. */
const LOUD = 0.003_2;
/** −76 dBFS: softer frames are no speech that a recogniser could use. */
const SOFTEST = 0.000_16;
/**
 * Softer speech than −50 dBFS is heard if its loudest frames stand out from the noise by 10 dB, or
 * their differences by 6: those of rumble and hum vary less from frame to frame.
 */
const ABOVE_NOISE = { level: 3.2, differences: 2 } as const;
/** The noise is taken to rise by 3 dB/s at most: speech has gaps that show it again. */
const RISE_PER_FRAME = 1.011;
/** Half a second of frames after what stood out still belongs to it. */
const FRAMES_AFTER = 16;

/** Which frames are so quiet that no speech begins in them. */
export class LevelGate {
  readonly #level = new NoiseFloor(ABOVE_NOISE.level);
  readonly #differences = new NoiseFloor(ABOVE_NOISE.differences);
  #quietFrames = 0;

  /** @param samples - the next 32 ms */
  isOpen(samples: Int16Array): boolean {
    let power = 0;
    let powerOfDifferences = 0;
    let last = samples[0]!;
    for (let n = 0; n < samples.length; n += 1) {
      const sample = samples[n]!;
      power += sample * sample;
      powerOfDifferences += (sample - last) ** 2;
      last = sample;
    }
    const level = Math.sqrt(power / samples.length) * PCM16_SCALE;
    const differences = Math.sqrt(powerOfDifferences / samples.length) * PCM16_SCALE;
    const standsOut = [
      level > LOUD,
      this.#level.isBelow(level),
      this.#differences.isBelow(differences),
    ].includes(true);
    this.#quietFrames = standsOut ? 0 : this.#quietFrames + 1;
    return this.#quietFrames <= FRAMES_AFTER;
  }
}

/** Follows the noise by its softest frames. */
class NoiseFloor {
  readonly #ratio: number;
  #level = LOUD;

  constructor(ratio: number) {
    this.#ratio = ratio;
  }

  /** Whether the next frame stands out. */
  isBelow(level: number): boolean {
    this.#level = Math.min(level, Math.max(SOFTEST, this.#level) * RISE_PER_FRAME);
    return level > Math.max(SOFTEST, this.#level * this.#ratio);
  }
}
