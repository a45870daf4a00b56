import FFT from 'fft.js';
import { FRAME_SAMPLES } from '../../messages/capture-messages.ts';

const FFT_SAMPLES = 2 * FRAME_SAMPLES;
const BINS = FRAME_SAMPLES + 1;
/** Spectra are real and imaginary parts in turns; the second half mirrors the first. */
const HALF_SPECTRUM = 2 * BINS;
/** Echo that comes within 320 ms: the reflections of a room. */
const PARTITIONS = 10;
export const HISTORY_SAMPLES = PARTITIONS * FRAME_SAMPLES;
/**
 * How little a room's path is taken to change from frame to frame: what is known of it fades with a
 * time constant of 20 frames, or 0.6 s. Longer ones cancel 2 dB more and learn a new path too late.
 */
const PATH_CHANGE = 0.95;
/** The path is no louder than this at first. */
const INITIAL_UNCERTAINTY = 1;
const NEAR_END_SMOOTHING = 0.5;
/** −90 dBFS in a bin. */
const LEAST_POWER = 1e-9;
/** Bins whose phases are compared together: an echo that is earlier or later by 16 ms is still alike. */
const BAND_BINS = 4;
/** 150 Hz to 4 kHz, where voices are. */
const FIRST_BIN = 10;
const END_BIN = 258;

/** What was heard in a frame. Powers are means of squares of samples in −1…1. */
export interface CancelledFrame {
  /** Without the echo that could be predicted; as it was heard if that is softer. */
  readonly samples: Float32Array<ArrayBuffer>;
  readonly heardPower: number;
  readonly echoPower: number;
  readonly residualPower: number;
  /**
   * How much of the remainder is our own voice by another path than the one that was learnt, 0–1:
   * about 0.25 of another voice, 0.6 and more of our own.
   */
  readonly likeness: number;
}

/**
 * Predicts the echo of what is played in what an unprocessed microphone hears, and takes it out.
 *
 * Linear alone, and nothing is suppressed: what a person says over our voice stays whole, which the
 * cancellers of browsers do not leave so. It is a Kalman filter in the frequency domain, whose step
 * follows from how sure it is of each bin, so that a person who talks meanwhile does not lead it
 * astray. After Kuech, Mabande and Enzner, "State-space architecture of the partitioned-block-based
 * acoustic echo controller", ICASSP 2014.
 */
export class EchoCanceller {
  readonly #fft = new FFT(FFT_SAMPLES);
  /** Spectra of what was played, the latest two frames first. */
  readonly #played = spectra(2 * FFT_SAMPLES);
  readonly #path = spectra(HALF_SPECTRUM);
  readonly #uncertainty = spectra(BINS);
  readonly #nearEnd = new Float64Array(BINS);
  readonly #step = new Float64Array(BINS);
  readonly #lastPlayed = new Float32Array(FRAME_SAMPLES);
  readonly #time = new Float64Array(FFT_SAMPLES);
  readonly #spectrum = new Float64Array(2 * FFT_SAMPLES);
  readonly #inverse = new Float64Array(2 * FFT_SAMPLES);
  readonly #residual = new Float64Array(2 * FFT_SAMPLES);
  readonly #echo = new Float64Array(2 * FFT_SAMPLES);

  constructor() {
    for (const uncertainty of this.#uncertainty) uncertainty.fill(INITIAL_UNCERTAINTY);
  }

  /**
   * What was played came later or earlier to the ear than it did so far, and is given accordingly
   * from here on: what was learnt stays true.
   *
   * @param played - the `HISTORY_SAMPLES` samples before the next frame
   */
  realign(played: Float32Array): void {
    for (let n = 0; n < PARTITIONS; n += 1) {
      this.#remember(played.subarray(n * FRAME_SAMPLES, (n + 1) * FRAME_SAMPLES));
    }
  }

  /**
   * Each of `FRAME_SAMPLES` samples at 16 kHz, one frame after the other.
   *
   * @param played - what was rendered in the same stretch of time
   */
  process(heard: Float32Array, played: Float32Array): CancelledFrame {
    this.#remember(played);
    this.#predict();
    const samples = new Float32Array(FRAME_SAMPLES);
    let heardPower = 0;
    let echoPower = 0;
    let residualPower = 0;
    this.#time.fill(0);
    for (let n = 0; n < FRAME_SAMPLES; n += 1) {
      const echo = this.#inverse[2 * (FRAME_SAMPLES + n)]!;
      const residual = heard[n]! - echo;
      samples[n] = residual;
      heardPower += heard[n]! * heard[n]!;
      echoPower += echo * echo;
      residualPower += residual * residual;
      this.#time[FRAME_SAMPLES + n] = echo;
    }
    this.#fft.realTransform(this.#echo, this.#time);
    this.#time.set(samples, FRAME_SAMPLES);
    this.#fft.realTransform(this.#residual, this.#time);
    this.#learn();
    return {
      // In a pause, what was learnt amiss would be heard.
      samples: residualPower < heardPower ? samples : Float32Array.from(heard),
      heardPower: heardPower / FRAME_SAMPLES,
      echoPower: echoPower / FRAME_SAMPLES,
      residualPower: residualPower / FRAME_SAMPLES,
      likeness: this.#likeness(),
    };
  }

  #remember(played: Float32Array): void {
    const oldest = this.#played.pop()!;
    this.#played.unshift(oldest);
    this.#time.set(this.#lastPlayed);
    this.#time.set(played, FRAME_SAMPLES);
    this.#lastPlayed.set(played);
    this.#fft.realTransform(oldest, this.#time);
  }

  /** Overlap-save: the second half of `#inverse` is the echo. */
  #predict(): void {
    const sum = this.#spectrum;
    sum.fill(0);
    for (const [n, path] of this.#path.entries()) {
      const played = this.#played[n]!;
      for (let i = 0; i < HALF_SPECTRUM; i += 2) {
        sum[i]! += path[i]! * played[i]! - path[i + 1]! * played[i + 1]!;
        sum[i + 1]! += path[i]! * played[i + 1]! + path[i + 1]! * played[i]!;
      }
    }
    this.#fft.completeSpectrum(sum);
    this.#fft.inverseTransform(this.#inverse, sum);
  }

  #learn(): void {
    const residual = this.#residual;
    for (let bin = 0; bin < BINS; bin += 1) {
      const power = powerAt(residual, bin);
      this.#nearEnd[bin] =
        NEAR_END_SMOOTHING * this.#nearEnd[bin]! + (1 - NEAR_END_SMOOTHING) * power;
      let expected = 0;
      for (const [n, played] of this.#played.entries()) {
        expected += this.#uncertainty[n]![bin]! * powerAt(played, bin);
      }
      this.#step[bin] = 1 / (expected + 2 * this.#nearEnd[bin]! + LEAST_POWER);
    }
    for (let n = 0; n < PARTITIONS; n += 1) this.#learnPartition(n);
  }

  #learnPartition(n: number): void {
    const played = this.#played[n]!;
    const path = this.#path[n]!;
    const uncertainty = this.#uncertainty[n]!;
    const residual = this.#residual;
    const change = this.#spectrum;
    for (let bin = 0; bin < BINS; bin += 1) {
      const i = 2 * bin;
      const gain = this.#step[bin]! * uncertainty[bin]!;
      change[i] = gain * (played[i]! * residual[i]! + played[i + 1]! * residual[i + 1]!);
      change[i + 1] = gain * (played[i]! * residual[i + 1]! - played[i + 1]! * residual[i]!);
      const left = (1 - 0.5 * gain * powerAt(played, bin)) * uncertainty[bin]!;
      uncertainty[bin] = PATH_CHANGE * left + (1 - PATH_CHANGE) * powerAt(path, bin);
    }
    // Only the first half of a partition in time is its own; the rest would wrap around.
    this.#fft.completeSpectrum(change);
    this.#fft.inverseTransform(this.#inverse, change);
    this.#time.fill(0);
    for (let k = 0; k < FRAME_SAMPLES; k += 1) this.#time[k] = this.#inverse[2 * k]!;
    this.#fft.realTransform(change, this.#time);
    for (let i = 0; i < HALF_SPECTRUM; i += 1) path[i]! += change[i]!;
  }

  /** The coherence of echo and remainder, in narrow bands, weighted by the remainder's power. */
  #likeness(): number {
    const echo = this.#echo;
    const residual = this.#residual;
    let coherent = 0;
    let all = 0;
    for (let band = FIRST_BIN; band + BAND_BINS <= END_BIN; band += BAND_BINS) {
      let re = 0;
      let im = 0;
      let echoPower = 0;
      let power = 0;
      for (let bin = band; bin < band + BAND_BINS; bin += 1) {
        const i = 2 * bin;
        re += echo[i]! * residual[i]! + echo[i + 1]! * residual[i + 1]!;
        im += echo[i]! * residual[i + 1]! - echo[i + 1]! * residual[i]!;
        echoPower += powerAt(echo, bin);
        power += powerAt(residual, bin);
      }
      all += power;
      if (echoPower > 0) coherent += (re * re + im * im) / echoPower;
    }
    return all === 0 ? 0 : coherent / all;
  }
}

function spectra(length: number): Float64Array[] {
  return Array.from({ length: PARTITIONS }, () => new Float64Array(length));
}

function powerAt(spectrum: Float64Array, bin: number): number {
  const re = spectrum[2 * bin]!;
  const im = spectrum[2 * bin + 1]!;
  return re * re + im * im;
}
