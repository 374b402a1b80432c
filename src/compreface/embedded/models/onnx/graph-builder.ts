import { bytesField, floatField, integerField } from './wire-format.js';

/** The name of a tensor in the graph: the input, a constant, or the result of a node. */
export type Value = string;

/** An operator's attribute: integer, list of integers, string, or a float (wrapped, as 1 and 1.0 look alike). */
export type Attribute = number | readonly number[] | string | { readonly float: number };

// Field numbers and enum values below are those of onnx.proto3.
const FLOAT = 1;
const INT64 = 7;
const IR_VERSION = 8;
const OPSET = 13;

const ATTRIBUTE_TYPE = { float: 1, integer: 2, string: 3, integers: 7 };

/**
 * Writes a neural network as an ONNX model in memory: one float input, constants, nodes, one output.
 * @example
 * const graph = new GraphBuilder(['N', 3, 112, 112]);
 * const model = graph.encode(graph.node('Relu', [graph.input]));
 */
export class GraphBuilder {
  readonly input: Value = 'input';
  private readonly nodes: Buffer[] = [];
  private readonly initializers: Buffer[] = [];

  /** @param inputShape sizes of the input's dimensions; a string names one that is known only at run time */
  constructor(private readonly inputShape: readonly (number | string)[]) {}

  /** Adds float weights; `shape` multiplies to the number of values, and is empty for a scalar. */
  constant(values: Float32Array, shape: readonly number[]): Value {
    return this.addInitializer(FLOAT, Buffer.from(values.buffer, values.byteOffset, values.byteLength), shape);
  }

  /** Adds a list of 64-bit integers, as Reshape and Pad want their arguments. */
  integers(values: readonly number[]): Value {
    const wide = BigInt64Array.from(values, (value) => BigInt(value));
    return this.addInitializer(INT64, Buffer.from(wide.buffer), [values.length]);
  }

  /** Adds an operator of opset 13 with one result. */
  node(operator: string, inputs: readonly Value[], attributes: Readonly<Record<string, Attribute>> = {}): Value {
    const name = `node${this.nodes.length}`;
    const encoded = bytesField(1, [
      ...inputs.map((input) => bytesField(1, input)),
      bytesField(2, name),
      bytesField(3, name),
      bytesField(4, operator),
      ...Object.entries(attributes).map(([key, value]) => bytesField(5, encodeAttribute(key, value))),
    ]);
    this.nodes.push(encoded);
    return name;
  }

  /** The finished ModelProto with `output` as its one output; its shape is left to the runtime's inference. */
  encode(output: Value): Buffer {
    const graph = [
      ...this.nodes,
      bytesField(2, 'graph'),
      ...this.initializers,
      bytesField(11, floatTensor(this.input, this.inputShape)),
      bytesField(12, floatTensor(output)),
    ];
    const opset = [bytesField(1, ''), integerField(2, OPSET)];
    return Buffer.concat([integerField(1, IR_VERSION), bytesField(7, graph), bytesField(8, opset)]);
  }

  private addInitializer(type: number, raw: Buffer, shape: readonly number[]): Value {
    const name = `constant${this.initializers.length}`;
    const dims = shape.map((size) => integerField(1, size));
    this.initializers.push(bytesField(5, [...dims, integerField(2, type), bytesField(8, name), bytesField(9, raw)]));
    return name;
  }
}

function encodeAttribute(name: string, value: Attribute): Buffer[] {
  const typed = (type: number, ...fields: Buffer[]) => [bytesField(1, name), ...fields, integerField(20, type)];
  if (typeof value === 'number') return typed(ATTRIBUTE_TYPE.integer, integerField(3, value));
  if (typeof value === 'string') return typed(ATTRIBUTE_TYPE.string, bytesField(4, value));
  if ('float' in value) return typed(ATTRIBUTE_TYPE.float, floatField(2, value.float));
  return typed(ATTRIBUTE_TYPE.integers, ...value.map((entry) => integerField(8, entry)));
}

function floatTensor(name: string, shape?: readonly (number | string)[]): Buffer[] {
  const dimension = (size: number | string) => (typeof size === 'string' ? bytesField(2, size) : integerField(1, size));
  const sizes = shape?.map((size) => bytesField(1, [dimension(size)]));
  const tensorType = [integerField(1, FLOAT), ...(sizes === undefined ? [] : [bytesField(2, sizes)])];
  return [bytesField(1, name), bytesField(2, [bytesField(1, tensorType)])];
}
