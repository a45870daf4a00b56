/** How a band-limited interpolator weighs the samples around an instant. */
export interface SincShape {
  /** Zero crossings of the sinc on either side of it. */
  readonly zeroCrossings: number;
  /** Of the Kaiser window: 8 holds the stopband at about −80 dB, 9 at −90. */
  readonly kaiserBeta: number;
  /** Where the response is down by half, as a share of the lower Nyquist frequency. */
  readonly rollOff: number;
}

/**
 * The weight of a sample (J. O. Smith, "Digital Audio Resampling"), not yet normalised.
 *
 * @param distance - from the instant, in samples of the lower of the two rates
 */
export function sincWeight(distance: number, shape: SincShape): number {
  const { zeroCrossings, kaiserBeta, rollOff } = shape;
  return sinc(distance * rollOff) * kaiser(distance / zeroCrossings, kaiserBeta);
}

/** The ratio of two rates is theirs over this. */
export function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function kaiser(x: number, beta: number): number {
  return x <= -1 || x >= 1 ? 0 : bessel0(beta * Math.sqrt(1 - x * x)) / bessel0(beta);
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
