/**
 * The tensors of Silero v6's network for 16 kHz, in the order of the weights' file: float32, little
 * endian, one after the other. Names and shapes are those of the published model; a convolution's
 * are [outputs, inputs, taps].
 */
export const SILERO_TENSORS = [
  ['encoder.0.reparam_conv.weight', [128, 129, 3]],
  ['encoder.0.reparam_conv.bias', [128]],
  ['encoder.1.reparam_conv.weight', [64, 128, 3]],
  ['encoder.1.reparam_conv.bias', [64]],
  ['encoder.2.reparam_conv.weight', [64, 64, 3]],
  ['encoder.2.reparam_conv.bias', [64]],
  ['encoder.3.reparam_conv.weight', [128, 64, 3]],
  ['encoder.3.reparam_conv.bias', [128]],
  ['decoder.rnn.weight_ih', [512, 128]],
  ['decoder.rnn.weight_hh', [512, 128]],
  ['decoder.rnn.bias_ih', [512]],
  ['decoder.rnn.bias_hh', [512]],
  ['decoder.decoder.2.weight', [1, 128, 1]],
  ['decoder.decoder.2.bias', [1]],
] as const satisfies readonly (readonly [name: string, shape: readonly number[]])[];

type SileroTensor = (typeof SILERO_TENSORS)[number][0];
export type SileroWeights = Readonly<Record<SileroTensor, Float32Array>>;

/** @throws RangeError if the file is not as long as its tensors */
export function parseSileroWeights(file: ArrayBuffer): SileroWeights {
  const all = new Float32Array(file);
  const weights: Partial<Record<SileroTensor, Float32Array>> = {};
  let at = 0;
  for (const [name, shape] of SILERO_TENSORS) {
    const size = shape.reduce((product: number, length) => product * length, 1);
    weights[name] = all.subarray(at, at + size);
    at += size;
  }
  if (at !== all.length) {
    throw new RangeError(`The speech detector has ${all.length} weights instead of ${at}.`);
  }
  return weights as SileroWeights;
}
