/** onnxruntime-node 1.16.3 ships no type declarations; this is the part of it that is used. */
declare module 'onnxruntime-node' {
  export class Tensor {
    constructor(type: 'float32', data: Float32Array, dims: readonly number[]);
    readonly data: Float32Array;
    readonly dims: readonly number[];
  }

  export interface SessionOptions {
    intraOpNumThreads?: number;
    interOpNumThreads?: number;
    executionMode?: 'sequential' | 'parallel';
    enableCpuMemArena?: boolean;
    enableMemPattern?: boolean;
    logSeverityLevel?: 0 | 1 | 2 | 3 | 4;
  }

  export interface InferenceSession {
    readonly inputNames: readonly string[];
    readonly outputNames: readonly string[];
    run(feeds: Record<string, Tensor>): Promise<Record<string, Tensor>>;
    release?(): Promise<void>;
  }

  export const InferenceSession: {
    create(model: Uint8Array, options?: SessionOptions): Promise<InferenceSession>;
  };
}
