import { greatestCommonDivisor, sincWeight, type SincShape } from './windowed-sinc.ts';

/** 24 crossings are 1.5 ms of look-ahead at 16 kHz. */
const SHAPE: SincShape = { zeroCrossings: 24, kaiserBeta: 8, rollOff: 0.92 };
/** Kernels of one pair of rates; 44,100 to 16,000 Hz needs 160, rates without a common factor too many. */
const MAX_PHASES = 1_000;

/** Kernels depend on the ratio alone, so all streams of one ratio share them. */
const bankOfRatio = new Map<string, KernelBank>();

interface KernelBank {
  /** Input samples a kernel reaches to either side of the one at or before the output instant. */
  readonly reach: number;
  /** One row of `2 * reach + 1` taps for each phase. */
  readonly taps: Float64Array;
}

/**
 * Resamples an endless PCM16 stream piece by piece with a band-limited interpolator (J. O. Smith,
 * "Digital Audio Resampling": windowed sinc, polyphase, stretched when going down so that it
 * filters what would alias).
 *
 * How the stream is cut into pieces does not change the output. Sample 0 stays at time 0; beyond
 * the ends there is silence. Output comes as soon as the kernel's right half is there: 1.5 ms
 * behind at 16 kHz.
 */
export class StreamResampler {
  readonly #stepIn: number;
  readonly #stepOut: number;
  readonly #bank: KernelBank;
  /** Input from the first sample that any output still needs. */
  #held: Float64Array;
  /** Where in `#held` the next output lies: at `#centre` and `#phase / #stepOut` further. */
  #centre: number;
  #phase = 0;
  #taken = 0;
  #given = 0;

  /** @throws RangeError where the rates are no positive whole numbers or have no common factor */
  constructor(fromHz: number, toHz: number) {
    if (!(Number.isInteger(fromHz) && Number.isInteger(toHz) && fromHz > 0 && toHz > 0))
      throw new RangeError(`Cannot resample from ${fromHz} to ${toHz} Hz.`);
    const divisor = greatestCommonDivisor(fromHz, toHz);
    this.#stepIn = fromHz / divisor;
    this.#stepOut = toHz / divisor;
    this.#bank = bankFor(this.#stepIn, this.#stepOut);
    this.#held = new Float64Array(this.#bank.reach);
    this.#centre = this.#bank.reach;
  }

  /**
   * @param samples PCM16 mono at the first rate, any number
   * @returns new samples at the second rate, as far as they can be told by now
   */
  push(samples: Int16Array): Int16Array<ArrayBuffer> {
    if (this.#stepIn === this.#stepOut) return samples.slice();
    this.#taken += samples.length;
    return this.#convert(samples);
  }

  /**
   * The stream is over.
   *
   * @returns what was still owed: in all, as many samples as the length calls for, rounded up.
   *   Afterwards a new stream may be pushed.
   */
  flush(): Int16Array<ArrayBuffer> {
    if (this.#stepIn === this.#stepOut) return new Int16Array(0);
    const owed = Math.ceil((this.#taken * this.#stepOut) / this.#stepIn) - this.#given;
    const rest = this.#convert(new Int16Array(this.#bank.reach)).slice(0, owed);
    this.#held = new Float64Array(this.#bank.reach);
    this.#centre = this.#bank.reach;
    this.#phase = 0;
    this.#taken = 0;
    this.#given = 0;
    return rest;
  }

  #convert(samples: Int16Array): Int16Array<ArrayBuffer> {
    const { reach, taps } = this.#bank;
    const width = 2 * reach + 1;
    const length = this.#held.length + samples.length;
    // Doubles: converted once, and not again for each tap.
    const input = new Float64Array(length);
    input.set(this.#held);
    input.set(samples, this.#held.length);
    const reachable = Math.max(0, length - reach - this.#centre);
    const output = new Int16Array(
      Math.max(0, Math.ceil((reachable * this.#stepOut - this.#phase) / this.#stepIn)),
    );
    const [stepIn, stepOut] = [this.#stepIn, this.#stepOut];
    let start = this.#centre - reach;
    let phase = this.#phase;
    for (let index = 0; index < output.length; index++) {
      const row = phase * width;
      let sum = 0;
      for (let tap = 0; tap < width; tap++) sum += taps[row + tap]! * input[start + tap]!;
      output[index] = Math.max(-0x8000, Math.min(0x7fff, Math.round(sum)));
      phase += stepIn;
      const whole = Math.floor(phase / stepOut);
      start += whole;
      phase -= whole * stepOut;
    }
    this.#phase = phase;
    this.#given += output.length;
    this.#held = input.slice(start);
    this.#centre = reach;
    return output;
  }
}

function bankFor(stepIn: number, stepOut: number): KernelBank {
  if (stepOut > MAX_PHASES)
    throw new RangeError(`Cannot resample by ${stepOut} to ${stepIn}: no common factor.`);
  const name = `${stepIn}:${stepOut}`;
  const known = bankOfRatio.get(name);
  if (known !== undefined) return known;
  const scale = Math.min(1, stepOut / stepIn);
  const reach = Math.ceil(SHAPE.zeroCrossings / scale);
  const width = 2 * reach + 1;
  const taps = new Float64Array(stepOut * width);
  for (let phase = 0; phase < stepOut; phase++) {
    const row = taps.subarray(phase * width, (phase + 1) * width);
    let sum = 0;
    for (let tap = 0; tap < width; tap++) {
      row[tap] = sincWeight((tap - reach - phase / stepOut) * scale, SHAPE);
      sum += row[tap]!;
    }
    // Every phase passes a constant unchanged; else there would be a whistle at their rate.
    for (let tap = 0; tap < width; tap++) row[tap] = row[tap]! / sum;
  }
  const bank = { reach, taps };
  bankOfRatio.set(name, bank);
  return bank;
}
