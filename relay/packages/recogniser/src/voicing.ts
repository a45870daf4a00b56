/**
 * How much of a signal is voiced, to distinguish a person from a noise.
 *
 * A frame counts as voiced when it is loud enough and repeats itself at a period a human voice can
 * have: the normalised autocorrelation of Rabiner & Schafer, "Digital Processing of Speech
 * Signals" (1978), §4.5. White noise, breath and clicks do not repeat so.
 */

export const SAMPLE_RATE_HZ = 16_000;
/** Every other sample is enough for pitch and halves the work twice over. */
const DECIMATION = 2;
const FRAME_MS = 32;
const FRAME_SAMPLES = (SAMPLE_RATE_HZ * FRAME_MS) / 1_000;
const MIN_PITCH_HZ = 70;
const MAX_PITCH_HZ = 350;
/** RMS of a frame worth looking at, of full scale: -50 dB. */
const MIN_LEVEL = 0.003;
const MIN_CORRELATION = 0.7;
/** No frame of lesser samples is as loud. */
const MIN_PEAK = MIN_LEVEL * 0x8000;

/** @returns false if no sample is loud enough for a frame to be voiced */
export function mayBeVoiced(samples: Int16Array): boolean {
  return samples.some((sample) => sample >= MIN_PEAK || sample <= -MIN_PEAK);
}

/** Collects samples of one utterance and counts its voiced time. */
export class VoicingMeter {
  readonly #frame = new Float32Array(FRAME_SAMPLES / DECIMATION);
  #filled = 0;
  #carry: number | undefined;
  #voicedFrames = 0;

  get voicedMs(): number {
    return this.#voicedFrames * FRAME_MS;
  }

  /** @param samples PCM16 mono at 16 kHz */
  push(samples: Int16Array): void {
    for (const sample of samples) {
      if (this.#carry === undefined) {
        this.#carry = sample;
        continue;
      }
      // The mean of two neighbours keeps hiss above 4 kHz from folding down.
      this.#frame[this.#filled] = (this.#carry + sample) / (2 * 0x8000);
      this.#carry = undefined;
      this.#filled += 1;
      if (this.#filled < this.#frame.length) continue;
      this.#filled = 0;
      if (isVoiced(this.#frame)) this.#voicedFrames += 1;
    }
  }
}

function isVoiced(frame: Float32Array): boolean {
  let energy = 0;
  for (const sample of frame) energy += sample * sample;
  if (Math.sqrt(energy / frame.length) < MIN_LEVEL) return false;

  const rateHz = SAMPLE_RATE_HZ / DECIMATION;
  const longest = Math.min(Math.floor(rateHz / MIN_PITCH_HZ), frame.length / 2);
  for (let lag = Math.floor(rateHz / MAX_PITCH_HZ); lag <= longest; lag += 1) {
    if (correlationAt(frame, lag) >= MIN_CORRELATION) return true;
  }
  return false;
}

function correlationAt(frame: Float32Array, lag: number): number {
  let product = 0;
  let early = 0;
  let late = 0;
  for (let index = lag; index < frame.length; index += 1) {
    const a = frame[index - lag]!;
    const b = frame[index]!;
    product += a * b;
    early += a * a;
    late += b * b;
  }
  const norm = Math.sqrt(early * late);
  return norm === 0 ? 0 : product / norm;
}
