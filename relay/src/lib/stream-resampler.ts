/** Zero crossings of the sinc on either side: 1.5 ms of look-ahead at 16 kHz. */
const ZERO_CROSSINGS = 24;
/** Kaiser window: stopband about −80 dB. */
const KAISER_BETA = 8;
/** Where the response is down by half, as a share of the lower Nyquist frequency. */
const ROLL_OFF = 0.92;
/** Products summed side by side: a quarter of the time of one after the other. */
const LANES = 4;
/** Kernels of one pair of rates; 44,100 to 16,000 Hz needs 160, rates without a common factor too many. */
const MAX_PHASES = 1_000;

/** Kernels depend on the ratio alone, so all streams of one ratio share them. */
const bankOfRatio = new Map<string, KernelBank>();

interface KernelBank {
  /** Input samples a kernel reaches to either side of the one at or before the output instant. */
  readonly reach: number;
  /** Length of a row: `2 * reach + 1`, filled up with zeros to whole lanes. */
  readonly width: number;
  /** One row for each phase. */
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
    const { reach, width, taps } = this.#bank;
    const length = this.#held.length + samples.length;
    // Behind the input there is room for the zeros that fill up a row.
    const input = new Float64Array(length + LANES);
    input.set(this.#held);
    input.set(samples, this.#held.length);
    const reachable = Math.max(0, length - reach - this.#centre);
    const output = new Int16Array(
      Math.max(0, Math.ceil((reachable * this.#stepOut - this.#phase) / this.#stepIn)),
    );
    for (let index = 0; index < output.length; index++) {
      output[index] = Math.max(
        -0x8000,
        Math.min(
          0x7fff,
          Math.round(dot(taps, this.#phase * width, input, this.#centre - reach, width)),
        ),
      );
      this.#phase += this.#stepIn;
      const whole = Math.floor(this.#phase / this.#stepOut);
      this.#centre += whole;
      this.#phase -= whole * this.#stepOut;
    }
    this.#given += output.length;
    this.#held = input.slice(this.#centre - reach, length);
    this.#centre = reach;
    return output;
  }
}

/** Sums in an order of its own, which is the same wherever the input was cut. */
function dot(a: Float64Array, atA: number, b: Float64Array, atB: number, length: number): number {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  for (let index = 0; index < length; index += LANES) {
    sum0 += a[atA + index]! * b[atB + index]!;
    sum1 += a[atA + index + 1]! * b[atB + index + 1]!;
    sum2 += a[atA + index + 2]! * b[atB + index + 2]!;
    sum3 += a[atA + index + 3]! * b[atB + index + 3]!;
  }
  return sum0 + sum1 + (sum2 + sum3);
}

function bankFor(stepIn: number, stepOut: number): KernelBank {
  if (stepOut > MAX_PHASES)
    throw new RangeError(`Cannot resample by ${stepOut} to ${stepIn}: no common factor.`);
  const name = `${stepIn}:${stepOut}`;
  const known = bankOfRatio.get(name);
  if (known !== undefined) return known;
  const scale = Math.min(1, stepOut / stepIn);
  const reach = Math.ceil(ZERO_CROSSINGS / scale);
  const length = 2 * reach + 1;
  const width = Math.ceil(length / LANES) * LANES;
  const taps = new Float64Array(stepOut * width);
  for (let phase = 0; phase < stepOut; phase++) {
    const row = taps.subarray(phase * width, phase * width + length);
    let sum = 0;
    for (let tap = 0; tap < length; tap++) {
      const distance = tap - reach - phase / stepOut;
      row[tap] = sinc(distance * scale * ROLL_OFF) * kaiser((distance * scale) / ZERO_CROSSINGS);
      sum += row[tap]!;
    }
    // Every phase passes a constant unchanged; else there would be a whistle at their rate.
    for (let tap = 0; tap < length; tap++) row[tap] = row[tap]! / sum;
  }
  const bank = { reach, width, taps };
  bankOfRatio.set(name, bank);
  return bank;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function kaiser(x: number): number {
  return x <= -1 || x >= 1 ? 0 : bessel0(KAISER_BETA * Math.sqrt(1 - x * x)) / bessel0(KAISER_BETA);
}

/** Modified Bessel function of the first kind, order 0, by its power series. */
function bessel0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
