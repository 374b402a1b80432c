import type { GraphBuilder, Value } from '../onnx/graph-builder.js';
import type { Weight, Weights } from './weights.js';

export interface ConvolutionOptions {
  readonly stride?: number;
  /** 'same' pads as TensorFlow does (the odd row at the bottom and right), 'valid' not at all, a number that many. */
  readonly padding?: 'same' | 'valid' | number;
  readonly bias?: Float32Array;
  /** 1 for an ordinary convolution, the number of channels for a depthwise one. */
  readonly groups?: number;
}

/** A 2-D convolution; the filter is out, in, height, width. */
export function convolution(
  graph: GraphBuilder,
  input: Value,
  filter: Weight,
  options: ConvolutionOptions = {},
): Value {
  const { stride = 1, padding = 'same', bias, groups = 1 } = options;
  const inputs = [input, graph.constant(filter.values, filter.shape)];
  if (bias !== undefined) inputs.push(graph.constant(bias, [bias.length]));
  const pads = typeof padding === 'number' ? { pads: [padding, padding, padding, padding] } : autoPad(padding);
  const strides = [stride, stride];
  return graph.node('Conv', inputs, { kernel_shape: filter.shape.slice(2), strides, group: groups, ...pads });
}

/** A convolution with `filters` and `bias` below `prefix`, as the face-api models name them. */
export function plainConvolution(
  graph: GraphBuilder,
  weights: Weights,
  input: Value,
  prefix: string,
  options = {},
): Value {
  const bias = weights.get(`${prefix}/bias`).values;
  return convolution(graph, input, weights.filter(`${prefix}/filters`), { bias, ...options });
}

/** A depthwise 3 x 3 convolution followed by a 1 x 1 convolution with bias. */
export function separableConvolution(
  graph: GraphBuilder,
  weights: Weights,
  input: Value,
  prefix: string,
  stride = 1,
): Value {
  const depthwise = weights.depthwiseFilter(`${prefix}/depthwise_filter`);
  const filtered = convolution(graph, input, depthwise, { stride, groups: depthwise.shape[0] ?? 1 });
  const bias = weights.get(`${prefix}/bias`).values;
  return convolution(graph, filtered, weights.filter(`${prefix}/pointwise_filter`), { bias });
}

/** input x weights + bias, on rows of features. */
export function fullyConnected(graph: GraphBuilder, weights: Weights, input: Value, prefix: string): Value {
  const matrix = weights.get(`${prefix}/weights`);
  const bias = weights.get(`${prefix}/bias`).values;
  const product = graph.node('MatMul', [input, graph.constant(matrix.values, matrix.shape)]);
  return graph.node('Add', [product, graph.constant(bias, [bias.length])]);
}

/** Mean over 7 x 7 cells, then one row of features per image: how the face-api models end. */
export function pooledFeatures(graph: GraphBuilder, input: Value): Value {
  const pooled = graph.node('AveragePool', [input], { kernel_shape: [7, 7], strides: [2, 2] });
  return graph.node('Flatten', [pooled], { axis: 1 });
}

export function relu(graph: GraphBuilder, input: Value): Value {
  return graph.node('Relu', [input]);
}

export function add(graph: GraphBuilder, left: Value, right: Value): Value {
  return graph.node('Add', [left, right]);
}

export function maxPool(
  graph: GraphBuilder,
  input: Value,
  size: number,
  stride: number,
  padding: 'same' | 'valid',
): Value {
  return graph.node('MaxPool', [input], { kernel_shape: [size, size], strides: [stride, stride], ...autoPad(padding) });
}

function autoPad(padding: 'same' | 'valid'): { auto_pad: string } {
  return { auto_pad: padding === 'same' ? 'SAME_UPPER' : 'VALID' };
}
