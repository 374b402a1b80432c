import { GraphBuilder, type Value } from '../onnx/graph-builder.js';
import {
  add,
  fullyConnected,
  maxPool,
  plainConvolution,
  pooledFeatures,
  relu,
  separableConvolution,
} from './layers.js';
import { Weights } from './weights.js';

/** Pixels per side of the square face crop. */
export const AGE_GENDER_INPUT_SIZE = 112;

/**
 * The age and gender network, a small Xception, as ONNX: N x 3 x 112 x 112 to N x 3: the age in years, then the logits
 * of male and female.
 */
export function writeAgeGender(weights = Weights.read('age_gender_model')): Buffer {
  const graph = new GraphBuilder(['N', 3, AGE_GENDER_INPUT_SIZE, AGE_GENDER_INPUT_SIZE]);
  const net = { graph, weights };
  const entry = relu(graph, plainConvolution(graph, weights, graph.input, 'entry_flow/conv_in', { stride: 2 }));
  let features = reduction(net, entry, entry, 'entry_flow/reduction_block_0');
  features = reduction(net, features, relu(graph, features), 'entry_flow/reduction_block_1');
  for (const block of [0, 1]) features = middle(net, features, `middle_flow/main_block_${block}`);
  features = reduction(net, features, relu(graph, features), 'exit_flow/reduction_block');
  features = relu(graph, separableConvolution(graph, weights, features, 'exit_flow/separable_conv'));
  const pooled = pooledFeatures(graph, features);
  const heads = ['fc/age', 'fc/gender'].map((prefix) => fullyConnected(graph, weights, pooled, prefix));
  return graph.encode(graph.node('Concat', heads, { axis: 1 }));
}

interface Net {
  readonly graph: GraphBuilder;
  readonly weights: Weights;
}

/** Two separable convolutions and a pooling that halves, beside a 1 x 1 convolution of the unactivated input. */
function reduction({ graph, weights }: Net, input: Value, activated: Value, prefix: string): Value {
  const first = separableConvolution(graph, weights, activated, `${prefix}/separable_conv0`);
  const second = separableConvolution(graph, weights, relu(graph, first), `${prefix}/separable_conv1`);
  const shortcut = plainConvolution(graph, weights, input, `${prefix}/expansion_conv`, { stride: 2 });
  return add(graph, maxPool(graph, second, 3, 2, 'same'), shortcut);
}

function middle({ graph, weights }: Net, input: Value, prefix: string): Value {
  const layer = (features: Value, index: number) =>
    separableConvolution(graph, weights, relu(graph, features), `${prefix}/separable_conv${index}`);
  return add(graph, [0, 1, 2].reduce(layer, input), input);
}
