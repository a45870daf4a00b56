/** Points of the transform: frames of 25 ms at 16 kHz. */
export const FOURIER_POINTS = 400;

/** Of 400, one for each stage: small ones need the fewest multiplications. */
const FACTORS = [4, 4, 5, 5] as const;

/** cos and sin of 2π i / 400. */
const COS = Float64Array.from({ length: FOURIER_POINTS }, (_, index) => Math.cos(angle(index)));
const SIN = Float64Array.from({ length: FOURIER_POINTS }, (_, index) => Math.sin(angle(index)));

/** Which point of the input each place holds before the first stage. */
const ORDER = Uint16Array.from(scattered(FOURIER_POINTS, 0, 0));

/** 400 complex numbers. */
export interface ComplexNumbers {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

export function complexNumbers(): ComplexNumbers {
  return { re: new Float64Array(FOURIER_POINTS), im: new Float64Array(FOURIER_POINTS) };
}

/**
 * The discrete Fourier transform of 400 points, by decimation in time (Cooley and Tukey, 1965).
 * The libraries for it in JavaScript take powers of two only.
 */
export function fourier(input: ComplexNumbers, output: ComplexNumbers): void {
  for (let at = 0; at < FOURIER_POINTS; at += 1) {
    output.re[at] = input.re[ORDER[at]!]!;
    output.im[at] = input.im[ORDER[at]!]!;
  }
  let size = 1;
  for (const factor of FACTORS.toReversed()) {
    const length = size * factor;
    for (let first = 0; first < FOURIER_POINTS; first += length) {
      for (let index = 0; index < size; index += 1) {
        butterfly(output, first + index, size, factor, (index * FOURIER_POINTS) / length);
      }
    }
    size = length;
  }
}

/** What one butterfly works on: at most as many points as the largest factor. */
const turned = { re: new Float64Array(5), im: new Float64Array(5) };

/**
 * Replaces `factor` points, `size` apart, by their transform.
 *
 * @param turn - by what the second point is turned before it, in 400ths of a circle; the third is
 *   by twice as much, and so on
 */
function butterfly(
  { re, im }: ComplexNumbers,
  first: number,
  size: number,
  factor: number,
  turn: number,
): void {
  for (let point = 0; point < factor; point += 1) {
    const at = first + point * size;
    const cos = COS[point * turn]!;
    const sin = SIN[point * turn]!;
    turned.re[point] = re[at]! * cos + im[at]! * sin;
    turned.im[point] = im[at]! * cos - re[at]! * sin;
  }
  for (let result = 0; result < factor; result += 1) {
    const step = (result * FOURIER_POINTS) / factor;
    let sumRe = turned.re[0]!;
    let sumIm = turned.im[0]!;
    for (let point = 1; point < factor; point += 1) {
      const cos = COS[(point * step) % FOURIER_POINTS]!;
      const sin = SIN[(point * step) % FOURIER_POINTS]!;
      sumRe += turned.re[point]! * cos + turned.im[point]! * sin;
      sumIm += turned.im[point]! * cos - turned.re[point]! * sin;
    }
    re[first + result * size] = sumRe;
    im[first + result * size] = sumIm;
  }
}

/** Every `factor`th point together, those of each such part by the next factor, and so on. */
function scattered(length: number, depth: number, from: number): readonly number[] {
  const factor = FACTORS[depth];
  if (factor === undefined) return [from];
  const stride = FOURIER_POINTS / length;
  return Array.from({ length: factor }, (_, part) =>
    scattered(length / factor, depth + 1, from + part * stride),
  ).flat();
}

function angle(index: number): number {
  return (2 * Math.PI * index) / FOURIER_POINTS;
}
