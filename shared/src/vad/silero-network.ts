import FFT from 'fft.js';
import { FRAME_SAMPLES } from './speech-detector.ts';
import {
  CONVOLUTIONS,
  MEMORY_SIZE,
  TAPS,
  type ConvolutionShape,
  type SileroWeights,
} from './silero-weights.ts';

/** The part of the frame before that a frame is heard with: it shows a beginning at the seam. */
const CONTEXT_SAMPLES = 64;
/** A frame is continued by its mirror image. */
const MIRRORED_SAMPLES = 64;
const WINDOW_SAMPLES = 256;
const HOP_SAMPLES = 128;
const BINS = WINDOW_SAMPLES / 2 + 1;

const HANN = Float64Array.from(
  { length: WINDOW_SAMPLES },
  (_sample, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / WINDOW_SAMPLES),
);

/**
 * Silero v6, a network that distinguishes speech from everything else, at 16 kHz.
 *
 * The magnitudes of four spectra, four convolutions, a memory and one weighted sum; see
 * https://github.com/snakers4/silero-vad. Nothing of its 400,000 multiplications needs a runtime
 * for networks of any kind. Each stream has a network of its own, all share the weights.
 */
export class SileroNetwork {
  readonly #fft = new FFT(WINDOW_SAMPLES);
  readonly #samples = new Float32Array(CONTEXT_SAMPLES + FRAME_SAMPLES + MIRRORED_SAMPLES);
  readonly #window = new Float64Array(WINDOW_SAMPLES);
  readonly #spectrum = new Float64Array(2 * WINDOW_SAMPLES);
  readonly #encoder: readonly Convolution[];
  readonly #memory: LongShortTermMemory;
  readonly #output: SileroWeights['output'];

  constructor({ encoder, memory, output }: SileroWeights) {
    this.#encoder = encoder.map((weights, n) => new Convolution(CONVOLUTIONS[n]!, weights));
    this.#memory = new LongShortTermMemory(memory);
    this.#output = output;
  }

  /** Forgets what it has heard. */
  reset(): void {
    this.#samples.fill(0);
    this.#memory.reset();
  }

  /** @param frame 512 samples at 16 kHz, the next of a stream. @returns 0–1 */
  probabilityOf(frame: Float32Array): number {
    const remembered = this.#memory.process(this.#encode(frame));
    const positive = remembered.map((value) => Math.max(0, value));
    const { row, bias } = this.#output;
    return sigmoid(bias[0]! + dot(row, positive));
  }

  /**
   * Hears many frames that sound alike, such as steady noise, by a few of them: only the memory goes
   * through all, a quarter of the work.
   *
   * @param frames - as for `probabilityOf`, in their order
   * @param count - of all
   */
  hearAlike(frames: readonly Float32Array[], count: number): void {
    const encoded = frames.map((frame) => this.#encode(frame));
    for (let n = 0; n < count; n += 1) this.#memory.process(encoded[n % encoded.length]!);
  }

  #encode(frame: Float32Array): Float32Array {
    this.#take(frame);
    let activations = this.#magnitudes();
    for (const convolution of this.#encoder) activations = convolution.process(activations);
    return activations[0]!;
  }

  #take(frame: Float32Array): void {
    const samples = this.#samples;
    samples.copyWithin(0, FRAME_SAMPLES, FRAME_SAMPLES + CONTEXT_SAMPLES);
    samples.set(frame, CONTEXT_SAMPLES);
    const last = CONTEXT_SAMPLES + FRAME_SAMPLES - 1;
    for (let n = 1; n <= MIRRORED_SAMPLES; n += 1) samples[last + n] = samples[last - n]!;
  }

  /** [window][frequency] */
  #magnitudes(): Activations {
    const windows: Float32Array[] = [];
    for (let at = 0; at + WINDOW_SAMPLES <= this.#samples.length; at += HOP_SAMPLES) {
      for (let n = 0; n < WINDOW_SAMPLES; n += 1) {
        this.#window[n] = HANN[n]! * this.#samples[at + n]!;
      }
      this.#fft.realTransform(this.#spectrum, this.#window);
      const magnitudes = new Float32Array(BINS);
      for (let bin = 0; bin < BINS; bin += 1) {
        const re = this.#spectrum[2 * bin]!;
        const im = this.#spectrum[2 * bin + 1]!;
        magnitudes[bin] = Math.sqrt(re * re + im * im);
      }
      windows.push(magnitudes);
    }
    return windows;
  }
}

const ZEROES = new Float32Array(0);

/** Values of several channels at several times, [time][channel]. */
type Activations = readonly Float32Array[];

/** A convolution over three times, with silence before the first and after the last, and ReLU. */
class Convolution {
  readonly #shape: ConvolutionShape;
  readonly #weights: SileroWeights['encoder'][number];

  constructor(shape: ConvolutionShape, weights: SileroWeights['encoder'][number]) {
    this.#shape = shape;
    this.#weights = weights;
  }

  process(input: Activations): Activations {
    const { outputs, stride } = this.#shape;
    const { rows, bias } = this.#weights;
    const times = Math.floor((input.length - 1) / stride) + 1;
    return Array.from({ length: times }, (_time, time) => {
      const values = new Float32Array(outputs);
      const middle = time * stride;
      for (let output = 0; output < outputs; output += 1) {
        const row = output * TAPS;
        const sum =
          bias[output]! +
          dot(rows[row]!, input[middle - 1] ?? ZEROES) +
          dot(rows[row + 1]!, input[middle]!) +
          dot(rows[row + 2]!, input[middle + 1] ?? ZEROES);
        values[output] = Math.max(0, sum);
      }
      return values;
    });
  }
}

/**
 * A long short-term memory, after Hochreiter and Schmidhuber, Neural Computation 9(8), 1997, with
 * PyTorch's order of gates: input, forget, cell, output.
 */
class LongShortTermMemory {
  readonly #weights: SileroWeights['memory'];
  /** The input, and behind it the hidden values. */
  readonly #values = new Float32Array(2 * MEMORY_SIZE);
  readonly #gates = new Float32Array(4 * MEMORY_SIZE);
  readonly #cell = new Float32Array(MEMORY_SIZE);

  constructor(weights: SileroWeights['memory']) {
    this.#weights = weights;
  }

  reset(): void {
    this.#values.fill(0);
    this.#cell.fill(0);
  }

  /** @returns the hidden values, valid until the next call */
  process(input: Float32Array): Float32Array {
    const size = MEMORY_SIZE;
    const { rows, bias } = this.#weights;
    this.#values.set(input);
    for (let gate = 0; gate < this.#gates.length; gate += 1) {
      this.#gates[gate] = bias[gate]! + dot(rows[gate]!, this.#values);
    }
    const hidden = this.#values.subarray(size);
    for (let n = 0; n < size; n += 1) {
      const taken = sigmoid(this.#gates[n]!);
      const kept = sigmoid(this.#gates[size + n]!);
      const candidate = Math.tanh(this.#gates[2 * size + n]!);
      const shown = sigmoid(this.#gates[3 * size + n]!);
      this.#cell[n] = kept * this.#cell[n]! + taken * candidate;
      hidden[n] = shown * Math.tanh(this.#cell[n]!);
    }
    return hidden;
  }
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** The sum of the products, as far as `values` go. Four sums, because one waits for itself. */
function dot(weights: Float32Array, values: Float32Array): number {
  const { length } = values;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let n = 0;
  for (; n + 3 < length; n += 4) {
    a += weights[n]! * values[n]!;
    b += weights[n + 1]! * values[n + 1]!;
    c += weights[n + 2]! * values[n + 2]!;
    d += weights[n + 3]! * values[n + 3]!;
  }
  for (; n < length; n += 1) a += weights[n]! * values[n]!;
  return a + b + c + d;
}
