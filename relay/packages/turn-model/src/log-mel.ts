import { complexNumbers, fourier, FOURIER_POINTS, type ComplexNumbers } from './fourier.ts';

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
 * Slaney's mel scale: linear up to 1 kHz, where it is 15, and from there on a factor of 6.4 in
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
