import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import protobuf from 'protobufjs';
import { CONVOLUTIONS, MEMORY_SIZE, TAPS } from './silero-weights.ts';

const require = createRequire(import.meta.url);
const MODEL = require.resolve('@ricky0123/vad-web/dist/silero_vad_v6.onnx');

/** What is read of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, with its numbers. */
const ONNX = protobuf.parse(`
  syntax = "proto3";
  message ModelProto { GraphProto graph = 7; }
  message GraphProto { repeated NodeProto node = 1; }
  message NodeProto { repeated string output = 2; repeated AttributeProto attribute = 5; }
  message AttributeProto { TensorProto t = 5; GraphProto g = 6; }
  message TensorProto { repeated int64 dims = 1; bytes raw_data = 9; }
`).root;

interface Graph {
  readonly node: readonly {
    readonly output: readonly string[];
    readonly attribute: readonly { readonly t: Tensor | null; readonly g: Graph | null }[];
  }[];
}

interface Tensor {
  readonly dims: readonly (number | { toNumber(): number })[];
  readonly rawData: Uint8Array;
}

/** The model holds a network for 16 kHz and one for 8 kHz, as the branches of a condition. */
const BRANCH = 'If_0_then_branch__Inline_0__';

/**
 * The weights of the speech detector for 16 kHz, out of the published model, which is three times
 * as large: what `parseSileroWeights` reads. What is multiplied with one another lies in one row.
 *
 * @throws Error if the model has not the tensors that the network expects
 */
export async function readSileroWeights(): Promise<Uint8Array<ArrayBuffer>> {
  const model = ONNX.lookupType('ModelProto').decode(await readFile(MODEL));
  const tensors = new Map(constantsOf((model as unknown as { readonly graph: Graph }).graph));
  const read = (name: string, ...shape: readonly number[]): Float32Array<ArrayBuffer> => {
    const tensor = tensors.get(BRANCH + name);
    if (tensor?.dims.map(Number).join() !== shape.join()) {
      throw new Error(`The model has no tensor "${name}" of the shape ${shape.join(' × ')}.`);
    }
    return new Float32Array(new Uint8Array(tensor.rawData).buffer);
  };
  const parts: Float32Array<ArrayBuffer>[] = [];
  for (const [n, { inputs, outputs }] of CONVOLUTIONS.entries()) {
    // [output][input][tap]
    const weight = read(`encoder.${n}.reparam_conv.weight`, outputs, inputs, TAPS);
    for (let row = 0; row < outputs * TAPS; row += 1) {
      const [output, tap] = [Math.floor(row / TAPS), row % TAPS];
      const at = (input: number) => (output * inputs + input) * TAPS + tap;
      parts.push(Float32Array.from({ length: inputs }, (_input, input) => weight[at(input)]!));
    }
    parts.push(read(`encoder.${n}.reparam_conv.bias`, outputs));
  }
  const gates = 4 * MEMORY_SIZE;
  const ofInput = read('decoder.rnn.weight_ih', gates, MEMORY_SIZE);
  const ofHidden = read('decoder.rnn.weight_hh', gates, MEMORY_SIZE);
  for (let at = 0; at < gates * MEMORY_SIZE; at += MEMORY_SIZE) {
    for (const weight of [ofInput, ofHidden]) parts.push(weight.subarray(at, at + MEMORY_SIZE));
  }
  const hiddenBias = read('decoder.rnn.bias_hh', gates);
  parts.push(
    read('decoder.rnn.bias_ih', gates).map((bias, gate) => bias + hiddenBias[gate]!),
    read('decoder.decoder.2.weight', 1, MEMORY_SIZE, 1),
    read('decoder.decoder.2.bias', 1),
  );
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

function* constantsOf(graph: Graph): Generator<[string, Tensor]> {
  for (const { output, attribute } of graph.node) {
    for (const { t, g } of attribute) {
      if (t !== null && output[0] !== undefined) yield [output[0], t];
      if (g !== null) yield* constantsOf(g);
    }
  }
}
