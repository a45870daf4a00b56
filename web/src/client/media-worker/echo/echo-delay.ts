import FFT from 'fft.js';

/** Half a second of microphone is looked for in the last second of playback. */
export const HEARD_SAMPLES = 8_192;
export const PLAYED_SAMPLES = 16_384;
/** How far the likeliest delay must stand out: of the spread of all, and above the next one. */
const MIN_SPREADS = 15;
const MIN_LEAD = 2;
/** Delays as near as this to the likeliest are the same, half a millisecond. */
const PEAK_SAMPLES = 8;
const LEAST_MAGNITUDE = 1e-9;

/**
 * How much later than it was rendered our voice is heard: by where the phases of the two signals
 * agree. After Knapp and Carter, "The generalized correlation method for estimation of time delay",
 * IEEE Trans. ASSP 24(4), 1976 (PHAT).
 */
export class EchoDelay {
  readonly #fft = new FFT(PLAYED_SAMPLES);
  readonly #time = new Float64Array(PLAYED_SAMPLES);
  readonly #played = new Float64Array(2 * PLAYED_SAMPLES);
  readonly #heard = new Float64Array(2 * PLAYED_SAMPLES);
  readonly #correlation = new Float64Array(2 * PLAYED_SAMPLES);

  /**
   * @param played - `PLAYED_SAMPLES` samples at 16 kHz
   * @param heard - `HEARD_SAMPLES` samples that end in the same moment
   * @returns samples, 0 to `HEARD_SAMPLES`; undefined if that is not clear
   */
  estimate(played: Float32Array, heard: Float32Array): number | undefined {
    this.#time.set(played);
    this.#fft.realTransform(this.#played, this.#time);
    this.#time.fill(0, 0, PLAYED_SAMPLES - HEARD_SAMPLES);
    this.#time.set(heard, PLAYED_SAMPLES - HEARD_SAMPLES);
    this.#fft.realTransform(this.#heard, this.#time);
    for (let i = 0; i <= PLAYED_SAMPLES; i += 2) {
      const x = this.#played[i]!;
      const xi = this.#played[i + 1]!;
      const y = this.#heard[i]!;
      const yi = this.#heard[i + 1]!;
      const re = y * x + yi * xi;
      const im = yi * x - y * xi;
      const magnitude = Math.hypot(re, im) + LEAST_MAGNITUDE;
      this.#heard[i] = re / magnitude;
      this.#heard[i + 1] = im / magnitude;
    }
    this.#fft.completeSpectrum(this.#heard);
    this.#fft.inverseTransform(this.#correlation, this.#heard);
    return this.#peak();
  }

  #peak(): number | undefined {
    let delay = 0;
    let squares = 0;
    for (let lag = 0; lag < HEARD_SAMPLES; lag += 1) {
      const value = this.#at(lag);
      squares += value * value;
      if (value > this.#at(delay)) delay = lag;
    }
    const peak = this.#at(delay);
    let next = 0;
    for (let lag = 0; lag < HEARD_SAMPLES; lag += 1) {
      if (Math.abs(lag - delay) > PEAK_SAMPLES) next = Math.max(next, this.#at(lag));
    }
    const spread = Math.sqrt(Math.max(0, squares - peak * peak) / HEARD_SAMPLES);
    const isClear = peak > MIN_SPREADS * spread && peak > MIN_LEAD * next;
    return isClear ? delay : undefined;
  }

  #at(lag: number): number {
    return this.#correlation[2 * lag]!;
  }
}
