/** Times of its input that a convolution weighs. */
export const TAPS = 3;
/** Values that the memory takes, and that it keeps. */
export const MEMORY_SIZE = 128;

export interface ConvolutionShape {
  readonly inputs: number;
  readonly outputs: number;
  /** How many times of the input one time of the output takes. */
  readonly stride: number;
}

/** From the magnitudes of 129 frequencies to what the memory takes. */
export const CONVOLUTIONS: readonly ConvolutionShape[] = [
  { inputs: 129, outputs: 128, stride: 1 },
  { inputs: 128, outputs: 64, stride: 2 },
  { inputs: 64, outputs: 64, stride: 2 },
  { inputs: 64, outputs: MEMORY_SIZE, stride: 1 },
];

/**
 * The weights of Silero v6's network for 16 kHz, views of one file. They are only read: all
 * networks share them, in several threads, too.
 */
export interface SileroWeights {
  readonly encoder: readonly {
    /** [output · tap][input] */
    readonly rows: readonly Float32Array[];
    readonly bias: Float32Array;
  }[];
  readonly memory: {
    /** [gate][input and then hidden value] */
    readonly rows: readonly Float32Array[];
    readonly bias: Float32Array;
  };
  readonly output: { readonly row: Float32Array; readonly bias: Float32Array };
}

/**
 * @param file - float32, little endian: the rows and then the bias of each part, one after the other
 * @throws RangeError if the file is not as long as its weights
 */
export function parseSileroWeights(file: ArrayBufferLike): SileroWeights {
  const all = new Float32Array(file);
  let at = 0;
  const take = (length: number) => all.subarray(at, (at += length));
  const part = (outputs: number, rowsOfOutput: number, length: number) => ({
    rows: Array.from({ length: outputs * rowsOfOutput }, () => take(length)),
    bias: take(outputs),
  });
  const weights = {
    encoder: CONVOLUTIONS.map(({ inputs, outputs }) => part(outputs, TAPS, inputs)),
    memory: part(4 * MEMORY_SIZE, 1, 2 * MEMORY_SIZE),
    output: { row: take(MEMORY_SIZE), bias: take(1) },
  };
  if (at !== all.length) {
    throw new RangeError(`The speech detector has ${all.length} weights instead of ${at}.`);
  }
  return weights;
}
