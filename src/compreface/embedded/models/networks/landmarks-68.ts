import { GraphBuilder, type Value } from '../onnx/graph-builder.js';
import { add, fullyConnected, plainConvolution, pooledFeatures, relu, separableConvolution } from './layers.js';
import { Weights } from './weights.js';

/** Pixels per side of the square face crop. */
export const LANDMARKS_INPUT_SIZE = 112;

/** The 68-point network as ONNX: N x 3 x 112 x 112 to N x 136, x and y in turn in parts of the crop's side. */
export function writeLandmarks68(weights = Weights.read('face_landmark_68_model')): Buffer {
  const graph = new GraphBuilder(['N', 3, LANDMARKS_INPUT_SIZE, LANDMARKS_INPUT_SIZE]);
  let features: Value = graph.input;
  for (const block of [0, 1, 2, 3]) features = denseBlock(graph, weights, features, block);
  return graph.encode(fullyConnected(graph, weights, pooledFeatures(graph, features), 'fc'));
}

/** Halves the size, then adds three more convolutions, each fed with the sum of all before it. */
function denseBlock(graph: GraphBuilder, weights: Weights, input: Value, block: number): Value {
  const prefix = (layer: number) => `dense${block}/conv${layer}`;
  const halved =
    block === 0
      ? plainConvolution(graph, weights, input, prefix(0), { stride: 2 })
      : separableConvolution(graph, weights, input, prefix(0), 2);
  let sum = relu(graph, halved);
  for (const layer of [1, 2, 3]) {
    sum = add(graph, sum, separableConvolution(graph, weights, relu(graph, sum), prefix(layer)));
  }
  return relu(graph, sum);
}
