import { InferenceSession, Tensor } from 'onnxruntime-node';

/** What a network answered: the values, and the sizes of their dimensions. */
export interface NetworkOutput {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

/**
 * An ONNX model with one input and one output, written and loaded on first use and kept.
 * Runs on one thread and blocks the calling one, although it answers with a promise (onnxruntime-node 1.16).
 */
export class Network {
  private session: Promise<InferenceSession> | null = null;

  constructor(private readonly writeModel: () => Buffer) {}

  async run(input: Float32Array, shape: readonly number[]): Promise<NetworkOutput> {
    const session = await (this.session ??= this.load());
    const [inputName = '', outputName = ''] = [session.inputNames[0], session.outputNames[0]];
    const results = await session.run({ [inputName]: new Tensor('float32', input, shape) });
    const output = results[outputName];
    if (output === undefined) throw new Error('The network gave no output');
    return { values: output.data, shape: output.dims };
  }

  private async load(): Promise<InferenceSession> {
    return InferenceSession.create(this.writeModel(), {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
    });
  }
}
