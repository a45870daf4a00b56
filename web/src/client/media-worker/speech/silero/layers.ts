const TAPS = 3;
const ZEROES = new Float32Array(0);

/** Values of several channels at several times, [time][channel]. */
export type Activations = readonly Float32Array[];

export interface ConvolutionShape {
  readonly inputs: number;
  readonly outputs: number;
  /** How many times of the input one time of the output takes. */
  readonly stride: number;
}

/** A convolution over three times, with silence before the first and after the last, and ReLU. */
export class Convolution {
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
export class LongShortTermMemory {
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

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** The sum of the products, as far as `values` go. Four sums, because one waits for itself. */
export function dot(weights: Float32Array, values: Float32Array): number {
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
