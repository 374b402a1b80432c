import { GraphBuilder, type Value } from '../onnx/graph-builder.js';
import { maxPool, plainConvolution, separableConvolution } from './layers.js';
import { Weights } from './weights.js';

/** Pixels per side of the input square the fallback detector is used with; each output cell covers 32. */
export const TINY_INPUT_SIZE = 416;

/** Width and height of the five anchors, in output cells. */
export const TINY_ANCHORS: readonly (readonly [number, number])[] = [
  [1.603231, 2.094468],
  [6.041143, 7.080126],
  [2.882459, 3.518061],
  [4.266906, 5.178857],
  [9.041765, 10.66308],
];

const SEPARABLE_LAYERS = 5;

/** The tiny YOLO-v2 face detector as ONNX: N x 3 x 416 x 416 to N x 25 x 13 x 13, five anchors of x, y, w, h, score. */
export function writeTinyFace(weights = Weights.read('tiny_face_detector_model')): Buffer {
  const graph = new GraphBuilder(['N', 3, TINY_INPUT_SIZE, TINY_INPUT_SIZE]);
  const leaky = (input: Value) => graph.node('LeakyRelu', [input], { alpha: { float: 0.1 } });
  let features = leaky(plainConvolution(graph, weights, graph.input, 'conv0', { padding: 'valid' }));
  features = maxPool(graph, features, 2, 2, 'same');
  for (let layer = 1; layer <= SEPARABLE_LAYERS; layer++) {
    features = leaky(separableConvolution(graph, weights, features, `conv${layer}`));
    features = maxPool(graph, features, 2, layer === SEPARABLE_LAYERS ? 1 : 2, 'same');
  }
  return graph.encode(plainConvolution(graph, weights, features, 'conv8'));
}
