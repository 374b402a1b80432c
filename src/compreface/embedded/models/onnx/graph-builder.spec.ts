/** @jest-environment ./src/compreface/embedded/models/testing/native-arrays.cjs */
import { GraphBuilder } from './graph-builder.js';
import { Network } from './network.js';

describe('the ONNX graph writer', () => {
  it('writes a model that the runtime loads and computes', async () => {
    const network = new Network(() => {
      const graph = new GraphBuilder(['N', 2]);
      const weights = graph.constant(Float32Array.of(1, 2, 3, 4), [2, 2]);
      const product = graph.node('MatMul', [graph.input, weights]);
      return graph.encode(graph.node('LeakyRelu', [product], { alpha: { float: 0.5 } }));
    });
    const { values, shape } = await network.run(Float32Array.of(1, -1, 1, 1), [2, 2]);
    expect(Array.from(values)).toEqual([-1, -1, 4, 6]);
    expect(Array.from(shape)).toEqual([2, 2]);
  });
});
