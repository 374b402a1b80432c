/** @jest-environment ./src/compreface/embedded/models/testing/native-arrays.cjs */
import { GraphBuilder, type Value } from './graph-builder.js';
import { Network } from './network.js';

/** A network of 1 x 1 x 3 x 3 input, whose only output `build` returns. */
function networkOf(build: (graph: GraphBuilder) => Value): Network {
  return new Network(() => {
    const graph = new GraphBuilder(['N', 1, 3, 3]);
    return graph.encode(build(graph));
  });
}

const NINE = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);

describe('the ONNX graph writer', () => {
  it('writes weights and a float attribute that the runtime computes with', async () => {
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

  it('writes string and integer-list attributes', async () => {
    const pool = networkOf((graph) =>
      graph.node('MaxPool', [graph.input], { kernel_shape: [2, 2], strides: [2, 2], auto_pad: 'SAME_UPPER' }),
    );
    expect(Array.from((await pool.run(NINE, [1, 1, 3, 3])).values)).toEqual([5, 6, 8, 9]);
  });

  it('writes integer attributes and lists of integers as inputs', async () => {
    const network = networkOf((graph) => {
      const padded = graph.node('Pad', [graph.input, graph.integers([0, 0, 0, 0, 0, 0, 1, 0])], { mode: 'constant' });
      return graph.node('Flatten', [padded], { axis: 1 });
    });
    const { values, shape } = await network.run(NINE, [1, 1, 3, 3]);
    expect(Array.from(shape)).toEqual([1, 12]);
    expect(Array.from(values)).toEqual([...NINE, 0, 0, 0]);
  });

  it('writes a scalar constant', async () => {
    const network = networkOf((graph) => {
      const bound = (value: number) => graph.constant(Float32Array.of(value), []);
      return graph.node('Clip', [graph.input, bound(3), bound(6)]);
    });
    expect(Array.from((await network.run(NINE, [1, 1, 3, 3])).values)).toEqual([3, 3, 3, 4, 5, 6, 6, 6, 6]);
  });

  it('writes the model once, on first use', async () => {
    let written = 0;
    const network = new Network(() => {
      written++;
      const graph = new GraphBuilder(['N', 1]);
      return graph.encode(graph.node('Relu', [graph.input]));
    });
    expect(written).toBe(0);
    await Promise.all([network.run(Float32Array.of(1), [1, 1]), network.run(Float32Array.of(2), [1, 1])]);
    expect(written).toBe(1);
  });
});
