/**
 * A polyphase windowed-sinc low-pass filter for changing a signal's rate by a rational factor.
 *
 * Output sample n lies at input position n·M/L, with L/M the output rate over the input rate in
 * lowest terms. Row p of the table holds the taps for positions whose fractional part is p/L.
 * The kernel is symmetric, so the filter has no delay beyond its look-ahead: what comes out at
 * position t belongs to time t.
 */
export interface SincKernel {
  /** L: output samples per `decimation` input samples. */
  readonly interpolation: number;
  /** M */
  readonly decimation: number;
  /** Input samples needed on either side of a position. */
  readonly halfWidth: number;
  /** `phases` rows of `2 * halfWidth` taps. */
  readonly table: Float32Array;
  readonly phases: number;
}

/** Zero crossings of the sinc on either side: with this window a transition of 8 % of the rate. */
const ZERO_CROSSINGS = 32;
const STOPBAND_DB = 80;
/** Rates that share no large factor get the nearest of this many phases: error below −60 dB. */
const MAX_PHASES = 2_048;
/** Most taps of one filter: 16 MB. No two rates of audio devices or voices come near it. */
const MAX_TAPS = 1 << 22;
/** Filters that are kept; a voice at a known rate then begins on the audio thread at once. */
const MAX_KEPT = 8;

const kept = new Map<string, SincKernel>();

/**
 * The filter for two rates. Streams of one ratio share it, since it depends on the ratio alone.
 *
 * @throws RangeError for rates that are not whole and positive, or too far apart
 */
export function sincKernel(inputHz: number, outputHz: number): SincKernel {
  if (!isRate(inputHz) || !isRate(outputHz)) {
    throw new RangeError(`Sample rates must be whole and positive, got ${inputHz} and ${outputHz}`);
  }
  const divisor = greatestCommonDivisor(inputHz, outputHz);
  const interpolation = outputHz / divisor;
  const decimation = inputHz / divisor;
  const ratio = `${interpolation}:${decimation}`;
  const known = kept.get(ratio);
  if (known !== undefined) return known;
  const kernel = designKernel(interpolation, decimation);
  const [oldest] = kept.keys();
  if (kept.size === MAX_KEPT && oldest !== undefined) kept.delete(oldest);
  kept.set(ratio, kernel);
  return kernel;
}

/**
 * Designs the filter. Its stop band begins at half the lower rate, so nothing folds back; its pass
 * band ends at 0.42 times the lower rate (6.7 kHz for speech at 16 kHz).
 *
 * Window, its shape parameter and the width of the transition are Kaiser's formulas (Oppenheim and
 * Schafer, Discrete-Time Signal Processing, §7.5.3).
 */
function designKernel(interpolation: number, decimation: number): SincKernel {
  if (interpolation === decimation) {
    return { interpolation, decimation, halfWidth: 1, phases: 1, table: Float32Array.of(1, 0) };
  }
  const lowerRate = Math.min(1, interpolation / decimation);
  const halfWidth = Math.ceil(ZERO_CROSSINGS / lowerRate);
  const transition = (STOPBAND_DB - 8) / (2.285 * 2 * ZERO_CROSSINGS) / (2 * Math.PI);
  const cutoff = (0.5 - transition / 2) * lowerRate;
  const beta = 0.1102 * (STOPBAND_DB - 8.7);
  const phases = Math.min(interpolation, MAX_PHASES);
  const taps = 2 * halfWidth;
  if (phases * taps > MAX_TAPS) {
    throw new RangeError(`Sample rates are too far apart: ${decimation} to ${interpolation}`);
  }
  const table = new Float32Array(phases * taps);
  for (let phase = 0; phase < phases; phase += 1) {
    const row = table.subarray(phase * taps, (phase + 1) * taps);
    let sum = 0;
    for (let tap = 0; tap < taps; tap += 1) {
      const distance = tap - halfWidth + 1 - phase / phases;
      row[tap] = sinc(2 * cutoff * distance) * kaiser(distance / halfWidth, beta);
      sum += row[tap]!;
    }
    // Every phase passes a constant unchanged; otherwise the phases would modulate it.
    for (let tap = 0; tap < taps; tap += 1) row[tap] = row[tap]! / sum;
  }
  return { interpolation, decimation, halfWidth, phases, table };
}

function isRate(hz: number): boolean {
  return Number.isInteger(hz) && hz > 0;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function kaiser(x: number, beta: number): number {
  return Math.abs(x) > 1 ? 0 : besselI0(beta * Math.sqrt(1 - x * x)) / besselI0(beta);
}

/** Modified Bessel function of the first kind, order 0, by its power series. */
function besselI0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
