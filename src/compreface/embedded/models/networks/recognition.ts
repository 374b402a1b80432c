import { GraphBuilder, type Value } from '../onnx/graph-builder.js';
import { add, convolution, type ConvolutionOptions, maxPool, relu } from './layers.js';
import { Weights } from './weights.js';

/** Pixels per side of the aligned face chip. */
export const RECOGNITION_INPUT_SIZE = 150;
export const EMBEDDING_LENGTH = 128;

/** dlib's 29-layer face recognition ResNet as ONNX: N x 3 x 150 x 150 to N x 128. */
export function writeRecognition(weights = Weights.read('face_recognition_model')): Buffer {
  const net = new ResidualLayers(weights);
  const { graph } = net;
  let features = relu(graph, net.scaled(graph.input, 'conv32_down', { stride: 2, padding: 'valid' }));
  features = maxPool(graph, features, 3, 2, 'valid');
  features = net.blocks(features, ['conv32_1', 'conv32_2', 'conv32_3']);
  features = net.halvingBlock(features, 'conv64_down', { addedChannels: 32 });
  features = net.blocks(features, ['conv64_1', 'conv64_2', 'conv64_3']);
  features = net.halvingBlock(features, 'conv128_down', { addedChannels: 64 });
  features = net.blocks(features, ['conv128_1', 'conv128_2']);
  features = net.halvingBlock(features, 'conv256_down', { addedChannels: 128, padMain: true });
  features = net.blocks(features, ['conv256_1', 'conv256_2']);
  features = net.halvingBlock(features, 'conv256_down_out', { addedChannels: 0, padMain: true });
  const mean = graph.node('Flatten', [graph.node('GlobalAveragePool', [features])], { axis: 1 });
  const projection = weights.get('fc');
  return graph.encode(graph.node('MatMul', [mean, graph.constant(projection.values, projection.shape)]));
}

class ResidualLayers {
  readonly graph = new GraphBuilder(['N', 3, RECOGNITION_INPUT_SIZE, RECOGNITION_INPUT_SIZE]);

  constructor(private readonly weights: Weights) {}

  /** A convolution whose result is scaled and shifted per channel; both are folded into filter and bias. */
  scaled(input: Value, prefix: string, options: ConvolutionOptions): Value {
    const scale = this.weights.get(`${prefix}/scale/weights`).values;
    const shift = this.weights.get(`${prefix}/scale/biases`).values;
    const filter = this.weights.filter(`${prefix}/conv/filters`);
    const perChannel = filter.values.length / scale.length;
    const values = filter.values.map((value, i) => value * (scale[Math.floor(i / perChannel)] ?? 0));
    const original = this.weights.get(`${prefix}/conv/bias`).values;
    const bias = original.map((value, i) => value * (scale[i] ?? 0) + (shift[i] ?? 0));
    return convolution(this.graph, input, { shape: filter.shape, values }, { ...options, bias });
  }

  blocks(input: Value, prefixes: readonly string[]): Value {
    return prefixes.reduce((features, prefix) => this.block(features, prefix), input);
  }

  /**
   * Halves the size. The shortcut is a 2 x 2 mean with the missing channels as zeros; where the convolution comes out
   * one row and column smaller than the shortcut, it gets zeros at the bottom and right.
   */
  halvingBlock(input: Value, prefix: string, by: { addedChannels: number; padMain?: boolean }): Value {
    let main = this.twoConvolutions(input, prefix, { stride: 2, padding: 'valid' });
    if (by.padMain === true) main = this.pad(main, [0, 0, 1, 1]);
    let shortcut = this.graph.node('AveragePool', [input], { kernel_shape: [2, 2], strides: [2, 2] });
    if (by.addedChannels > 0) shortcut = this.pad(shortcut, [0, by.addedChannels, 0, 0]);
    return relu(this.graph, add(this.graph, shortcut, main));
  }

  private block(input: Value, prefix: string): Value {
    return relu(this.graph, add(this.graph, this.twoConvolutions(input, prefix, { padding: 1 }), input));
  }

  private twoConvolutions(input: Value, prefix: string, first: ConvolutionOptions): Value {
    const middle = relu(this.graph, this.scaled(input, `${prefix}/conv1`, first));
    return this.scaled(middle, `${prefix}/conv2`, { padding: 1 });
  }

  /** Zeros after the end of each of the four dimensions. */
  private pad(input: Value, ends: readonly number[]): Value {
    return this.graph.node('Pad', [input, this.graph.integers([0, 0, 0, 0, ...ends])], { mode: 'constant' });
  }
}
