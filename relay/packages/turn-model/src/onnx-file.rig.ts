/**
 * ONNX files, written byte by byte: the protocol-buffer encoding
 * (https://protobuf.dev/programming-guides/encoding/) of as much of the schema
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto) as a model of a few nodes needs.
 */

/** Numbers of the schema's `TensorProto.DataType`. */
const FLOAT = 1;
/** The version of the operators; the runtime knows it and all before it. */
const OPERATORS_VERSION = 13;
/** The version of the format that belongs to it. */
const FORMAT_VERSION = 7;

const VARINT = 0;
const LENGTH_DELIMITED = 2;

type Field = readonly number[];

/** A tensor that the model takes or gives; a text means a length that is left open. */
export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}

/** An operation of the model, by the names of what it takes and gives. */
export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, number | readonly number[]>> | undefined;
}

export interface OnnxModel {
  readonly inputs: readonly OnnxTensor[];
  readonly outputs: readonly OnnxTensor[];
  readonly nodes: readonly OnnxNode[];
}

/**
 * A turn model by its interface: the probability is what `last` makes of the mean of the features.
 */
export function meanModel(
  shape: OnnxTensor['shape'] = ['batch_size', 80, 800],
  last: 'Sigmoid' | 'Identity' | 'Relu' = 'Sigmoid',
): OnnxModel {
  return {
    inputs: [{ name: 'input_features', shape }],
    outputs: [{ name: 'logits', shape: [shape[0]!, 1] }],
    nodes: [
      mean('input_features', 'of_bands', { axes: [1], keepdims: 0 }),
      mean('of_bands', 'of_all', { axes: [1], keepdims: 1 }),
      { operator: last, inputs: ['of_all'], outputs: ['logits'] },
    ],
  };
}

function mean(input: string, output: string, attributes: OnnxNode['attributes']): OnnxNode {
  return { operator: 'ReduceMean', inputs: [input], outputs: [output], attributes };
}

/** @returns the bytes of the file */
export function onnxFile({ inputs, outputs, nodes }: OnnxModel): Uint8Array {
  const graph = [
    ...nodes.map((node) => message(1, nodeFields(node))),
    text(2, 'test'),
    ...inputs.map((tensor) => message(11, tensorFields(tensor))),
    ...outputs.map((tensor) => message(12, tensorFields(tensor))),
  ];
  const operators = [text(1, ''), whole(2, OPERATORS_VERSION)];
  return Uint8Array.from([
    ...whole(1, FORMAT_VERSION),
    ...message(7, graph),
    ...message(8, operators),
  ]);
}

function nodeFields({ operator, inputs, outputs, attributes = {} }: OnnxNode): readonly Field[] {
  return [
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, operator),
    ...Object.entries(attributes).map(([name, value]) =>
      message(
        5,
        typeof value === 'number'
          ? [text(1, name), whole(3, value), whole(20, 2)]
          : [text(1, name), ...value.map((each) => whole(8, each)), whole(20, 7)],
      ),
    ),
  ];
}

function tensorFields({ name, shape }: OnnxTensor): readonly Field[] {
  const dimensions = shape.map((length) =>
    message(1, [typeof length === 'number' ? whole(1, length) : text(2, length)]),
  );
  const tensorType = message(1, [whole(1, FLOAT), message(2, dimensions)]);
  return [text(1, name), message(2, [tensorType])];
}

function message(field: number, fields: readonly Field[]): Field {
  return bytes(field, fields.flat());
}

function text(field: number, value: string): Field {
  return bytes(field, [...new TextEncoder().encode(value)]);
}

function bytes(field: number, value: readonly number[]): Field {
  return [...varint(field * 8 + LENGTH_DELIMITED), ...varint(value.length), ...value];
}

function whole(field: number, value: number): Field {
  return [...varint(field * 8 + VARINT), ...varint(value)];
}

/** @param value - whole, not negative */
function varint(value: number): number[] {
  const groups: number[] = [];
  for (let left = value; groups.length === 0 || left > 0; left = Math.floor(left / 128)) {
    groups.push((left % 128) | 128);
  }
  groups[groups.length - 1]! &= 127;
  return groups;
}
