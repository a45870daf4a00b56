/** Points of the transform: frames of 25 ms at 16 kHz. */
export const FOURIER_POINTS = 400;

/** Of 400, one for each stage: small ones need the fewest multiplications. */
const FACTORS = [4, 4, 5, 5] as const;

/** cos and sin of 2π i / 400. */
const COS = Float64Array.from({ length: FOURIER_POINTS }, (_, index) => Math.cos(angle(index)));

const SIN = Float64Array.from({ length: FOURIER_POINTS }, (_, index) => Math.sin(angle(index)));

/** Which point of the input each place holds before the first stage. */
const ORDER = Uint16Array.from(scattered(FOURIER_POINTS, 0, 0));

/** What one butterfly works on: at most as many points as the largest factor. */
const turned = { re: new Float64Array(5), im: new Float64Array(5) };

/** 400 complex numbers. */
export interface ComplexNumbers {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** What the model listens to: eight seconds at 16 kHz. */
export const WINDOW_SAMPLES = 128_000;
export const MEL_BANDS = 80;
export const FRAMES = 800;

const SAMPLE_RATE_HZ = 16_000;
const HOP_SAMPLES = WINDOW_SAMPLES / FRAMES;
/** Frames are centred on their instant: the first reaches half its length before the beginning. */
const HALF_FRAME = FOURIER_POINTS / 2;
/** Frequencies from 0 to 8 kHz. */
const BINS = HALF_FRAME + 1;
const BIN_HZ = SAMPLE_RATE_HZ / FOURIER_POINTS;
/** Keeps silence from a division by zero. */
const MIN_VARIANCE = 1e-7;
const MIN_ENERGY = 1e-10;
/** What is quieter than the loudest by more than this, in powers of ten, counts as that quiet. */
const RANGE = 8;

/**
 * The log-mel spectrogram that Smart Turn v3 takes, which is that of Whisper's feature extractor
 * for chunks of eight seconds, with normalisation (`WhisperFeatureExtractor(chunk_length=8)` with
 * `do_normalize=True` in Hugging Face's transformers; Smart Turn's `inference.py` calls it so).
 *
 * The sound is padded with zeros at its beginning, brought to mean 0 and variance 1, and cut into
 * frames of 25 ms, 10 ms apart, each under a Hann window; at both ends it is mirrored. The power
 * of each frame is summed by 80 triangles on Slaney's mel scale, each of area 1. Of the sums the
 * logarithm to base 10 is taken, not less than the largest minus 8, and (x + 4) / 4 is the result.
 *
 * @param samples - PCM16 at 16 kHz; the last eight seconds count
 * @returns 80 bands, the lowest first, of 800 frames each
 */
export function logMelSpectrogram(samples: Int16Array): Float32Array<ArrayBuffer> {
  const sound = normalised(samples);
  const features = new Float32Array(MEL_BANDS * FRAMES);
  const packed = complexNumbers();
  const spectrum = complexNumbers();
  const power = new Float64Array(BINS);
  const padded = paddedFrames(samples.length);
  for (let frame = 0; frame < FRAMES; frame += 2) {
    if (frame > 0 && frame < padded) continue;
    // Two real transforms for the price of one complex: one frame is the real part, the next the
    // imaginary one.
    fillFrame(sound, frame, packed.re);
    fillFrame(sound, frame + 1, packed.im);
    fourier(packed, spectrum);
    powerOfReal(spectrum, power);
    sumBands(power, features, frame);
    powerOfImaginary(spectrum, power);
    sumBands(power, features, frame + 1);
  }
  for (let first = 0; first < features.length; first += FRAMES) {
    features.fill(features[first]!, first, first + padded);
  }
  const least = features.reduce((max, value) => Math.max(max, value), -Infinity) - RANGE;
  return features.map((value) => (Math.max(value, least) + 4) / 4);
}

/** Frames before the sound, an even number: all are alike, so that one is computed. */
function paddedFrames(soundSamples: number): number {
  const untilSound = Math.max(0, WINDOW_SAMPLES - soundSamples - HALF_FRAME);
  return 2 * Math.floor(untilSound / (2 * HOP_SAMPLES));
}

/** The window with the sound at its end, of mean 0 and variance 1. */
function normalised(samples: Int16Array): Float64Array {
  const heard = samples.subarray(Math.max(0, samples.length - WINDOW_SAMPLES));
  const sound = new Float64Array(WINDOW_SAMPLES);
  const begin = WINDOW_SAMPLES - heard.length;
  for (let at = 0; at < heard.length; at += 1) sound[begin + at] = heard[at]! / 0x8000;
  let sum = 0;
  for (const value of sound) sum += value;
  const mean = sum / WINDOW_SAMPLES;
  let squares = 0;
  for (const value of sound) squares += (value - mean) ** 2;
  const deviation = Math.sqrt(squares / WINDOW_SAMPLES + MIN_VARIANCE);
  for (let at = 0; at < sound.length; at += 1) sound[at] = (sound[at]! - mean) / deviation;
  return sound;
}

const HANN = Float64Array.from(
  { length: FOURIER_POINTS },
  (_, index) => (1 - Math.cos((2 * Math.PI * index) / FOURIER_POINTS)) / 2,
);

function fillFrame(sound: Float64Array, frame: number, into: Float64Array): void {
  const begin = frame * HOP_SAMPLES - HALF_FRAME;
  for (let index = 0; index < FOURIER_POINTS; index += 1) {
    into[index] = sound[mirrored(begin + index)]! * HANN[index]!;
  }
}

/** Beyond its ends the sound is its own mirror image, without the sample at the end itself. */
function mirrored(at: number): number {
  if (at < 0) return -at;
  return at < WINDOW_SAMPLES ? at : 2 * (WINDOW_SAMPLES - 1) - at;
}

/** |Z[k] + Z*[N − k]|² / 4: of what was in the real part. */
function powerOfReal({ re, im }: ComplexNumbers, power: Float64Array): void {
  for (let bin = 0; bin < BINS; bin += 1) {
    const mirror = (FOURIER_POINTS - bin) % FOURIER_POINTS;
    power[bin] = ((re[bin]! + re[mirror]!) ** 2 + (im[bin]! - im[mirror]!) ** 2) / 4;
  }
}

/** |Z[k] − Z*[N − k]|² / 4: of what was in the imaginary part. */
function powerOfImaginary({ re, im }: ComplexNumbers, power: Float64Array): void {
  for (let bin = 0; bin < BINS; bin += 1) {
    const mirror = (FOURIER_POINTS - bin) % FOURIER_POINTS;
    power[bin] = ((re[bin]! - re[mirror]!) ** 2 + (im[bin]! + im[mirror]!) ** 2) / 4;
  }
}

function sumBands(power: Float64Array, features: Float32Array, frame: number): void {
  for (let band = 0; band < MEL_BANDS; band += 1) {
    const { firstBin, weights } = TRIANGLES[band]!;
    let energy = 0;
    for (let index = 0; index < weights.length; index += 1) {
      energy += power[firstBin + index]! * weights[index]!;
    }
    features[band * FRAMES + frame] = Math.log10(Math.max(energy, MIN_ENERGY));
  }
}

/**
 * Slaney's mel scale: linear up to 1 kHz, which is 15, and from there on a factor of 6.4 in
 * frequency is 27.
 */
const LINEAR_HZ = 1_000;
const LINEAR_MELS = 15;
const HZ_A_MEL = LINEAR_HZ / LINEAR_MELS;
const MELS_A_NEPER = 27 / Math.log(6.4);
const MAX_MELS = LINEAR_MELS + Math.log(SAMPLE_RATE_HZ / 2 / LINEAR_HZ) * MELS_A_NEPER;

/** The edges of all bands are equally far apart on the mel scale; a band peaks at the next one's edge. */
export function bandEdgeHz(edge: number): number {
  const mels = (MAX_MELS * edge) / (MEL_BANDS + 1);
  return mels < LINEAR_MELS
    ? mels * HZ_A_MEL
    : LINEAR_HZ * Math.exp((mels - LINEAR_MELS) / MELS_A_NEPER);
}

/** One band: how much of each frequency counts. */
interface Triangle {
  readonly firstBin: number;
  readonly weights: Float64Array;
}

const TRIANGLES: readonly Triangle[] = Array.from({ length: MEL_BANDS }, (_, band) => {
  const [lowHz, peakHz, highHz] = [bandEdgeHz(band), bandEdgeHz(band + 1), bandEdgeHz(band + 2)];
  const firstBin = Math.floor(lowHz / BIN_HZ) + 1;
  const lastBin = Math.ceil(highHz / BIN_HZ) - 1;
  const weights = Float64Array.from({ length: lastBin - firstBin + 1 }, (_each, index) => {
    const hz = (firstBin + index) * BIN_HZ;
    const height = Math.min((hz - lowHz) / (peakHz - lowHz), (highHz - hz) / (highHz - peakHz));
    return (2 * height) / (highHz - lowHz);
  });
  return { firstBin, weights };
});

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
