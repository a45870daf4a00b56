import FFT from 'fft.js';
import { FRAME_SAMPLES } from './speech-detector.ts';
import type { SileroWeights } from './silero-weights.ts';

/** The part of the frame before that a frame is heard with: it shows a beginning at the seam. */
const CONTEXT_SAMPLES = 64;
/** A frame is continued by its mirror image. */
const MIRRORED_SAMPLES = 64;
const WINDOW_SAMPLES = 256;
const HOP_SAMPLES = 128;
const BINS = WINDOW_SAMPLES / 2 + 1;
const SIZE = 128;

const HANN = Float64Array.from(
  { length: WINDOW_SAMPLES },
  (_sample, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / WINDOW_SAMPLES),
);

/**
 * Silero v6, a network that distinguishes speech from everything else, at 16 kHz.
 *
 * The magnitudes of four spectra, four convolutions, a memory and one weighted sum; see
 * https://github.com/snakers4/silero-vad. Nothing of its 400,000 multiplications needs a runtime
 * for networks of any kind.
 */
export class SileroNetwork {
  readonly #fft = new FFT(WINDOW_SAMPLES);
  readonly #samples = new Float32Array(CONTEXT_SAMPLES + FRAME_SAMPLES + MIRRORED_SAMPLES);
  readonly #window = new Float64Array(WINDOW_SAMPLES);
  readonly #spectrum = new Float64Array(2 * WINDOW_SAMPLES);
  readonly #encoder: readonly Convolution[];
  readonly #memory: LongShortTermMemory;
  readonly #outputWeight: Float32Array;
  readonly #outputBias: number;

  constructor(weights: SileroWeights) {
    const convolution = (n: 0 | 1 | 2 | 3, inputs: number, outputs: number, stride: number) =>
      new Convolution(
        { inputs, outputs, stride },
        weights[`encoder.${n}.reparam_conv.weight`],
        weights[`encoder.${n}.reparam_conv.bias`],
      );
    this.#encoder = [
      convolution(0, BINS, 128, 1),
      convolution(1, 128, 64, 2),
      convolution(2, 64, 64, 2),
      convolution(3, 64, SIZE, 1),
    ];
    this.#memory = new LongShortTermMemory(
      SIZE,
      weights['decoder.rnn.weight_ih'],
      weights['decoder.rnn.weight_hh'],
      [weights['decoder.rnn.bias_ih'], weights['decoder.rnn.bias_hh']],
    );
    this.#outputWeight = weights['decoder.decoder.2.weight'];
    this.#outputBias = weights['decoder.decoder.2.bias'][0]!;
  }

  /** Forgets what it has heard. */
  reset(): void {
    this.#samples.fill(0);
    this.#memory.reset();
  }

  /** @param frame 512 samples at 16 kHz, the next of a stream. @returns 0–1 */
  probabilityOf(frame: Float32Array): number {
    this.#take(frame);
    let activations = this.#magnitudes();
    for (const convolution of this.#encoder) activations = convolution.process(activations);
    const remembered = this.#memory.process(activations[0]!);
    const positive = remembered.map((value) => Math.max(0, value));
    return sigmoid(this.#outputBias + dot(this.#outputWeight, positive));
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

const TAPS = 3;
const ZEROES = new Float32Array(0);

/** Values of several channels at several times, [time][channel]. */
type Activations = readonly Float32Array[];

interface ConvolutionShape {
  readonly inputs: number;
  readonly outputs: number;
  /** How many times of the input one time of the output takes. */
  readonly stride: number;
}

/** A convolution over three times, with silence before the first and after the last, and ReLU. */
class Convolution {
  readonly #shape: ConvolutionShape;
  /** [output][tap][input]: what is multiplied with one another lies in one row. */
  readonly #rows: readonly (readonly Float32Array[])[];
  readonly #bias: Float32Array;

  /** @param weight - [output][input][tap] */
  constructor(shape: ConvolutionShape, weight: Float32Array, bias: Float32Array) {
    this.#shape = shape;
    this.#bias = bias;
    this.#rows = Array.from({ length: shape.outputs }, (_output, output) =>
      Array.from({ length: TAPS }, (_tap, tap) =>
        Float32Array.from(
          { length: shape.inputs },
          (_input, input) => weight[(output * shape.inputs + input) * TAPS + tap]!,
        ),
      ),
    );
  }

  process(input: Activations): Activations {
    const { outputs, stride } = this.#shape;
    const times = Math.floor((input.length - 1) / stride) + 1;
    return Array.from({ length: times }, (_time, time) => {
      const values = new Float32Array(outputs);
      const middle = time * stride;
      for (let output = 0; output < outputs; output += 1) {
        const [before, at, after] = this.#rows[output]!;
        const sum =
          this.#bias[output]! +
          dot(before!, input[middle - 1] ?? ZEROES) +
          dot(at!, input[middle]!) +
          dot(after!, input[middle + 1] ?? ZEROES);
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
  readonly #size: number;
  /** [gate][input and then hidden value] */
  readonly #rows: readonly Float32Array[];
  readonly #bias: Float32Array;
  /** The input, and behind it the hidden values. */
  readonly #values: Float32Array;
  readonly #gates: Float32Array;
  #cell: Float32Array;

  /**
   * @param size - of the input and of the state
   * @param inputWeight - [gate][input]; a gate has `size` rows
   * @param hiddenWeight - [gate][hidden value]
   */
  constructor(
    size: number,
    inputWeight: Float32Array,
    hiddenWeight: Float32Array,
    biases: readonly [Float32Array, Float32Array],
  ) {
    this.#size = size;
    this.#rows = Array.from({ length: 4 * size }, (_gate, gate) => {
      const row = new Float32Array(2 * size);
      row.set(inputWeight.subarray(gate * size, (gate + 1) * size));
      row.set(hiddenWeight.subarray(gate * size, (gate + 1) * size), size);
      return row;
    });
    this.#bias = biases[0].map((bias, gate) => bias + biases[1][gate]!);
    this.#values = new Float32Array(2 * size);
    this.#gates = new Float32Array(4 * size);
    this.#cell = new Float32Array(size);
  }

  reset(): void {
    this.#values.fill(0);
    this.#cell.fill(0);
  }

  /** @returns the hidden values, valid until the next call */
  process(input: Float32Array): Float32Array {
    const size = this.#size;
    this.#values.set(input);
    for (let gate = 0; gate < this.#gates.length; gate += 1) {
      this.#gates[gate] = this.#bias[gate]! + dot(this.#rows[gate]!, this.#values);
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
