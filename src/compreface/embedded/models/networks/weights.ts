import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** One named tensor of a trained model. */
export interface Weight {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

interface ManifestEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly quantization?: { readonly dtype: string; readonly scale: number; readonly min: number };
}

type Manifest = readonly { readonly paths: readonly string[]; readonly weights: readonly ManifestEntry[] }[];

/** The folder of the npm package that carries the trained weights; nothing of its code is ever loaded. */
export function weightsFolder(): string {
  return join(dirname(require.resolve('@vladmandic/face-api/package.json')), 'model');
}

/** The weights of one model, read whole. */
export class Weights {
  private constructor(private readonly tensors: ReadonlyMap<string, Weight>) {}

  /** Reads `<model>-weights_manifest.json` and its binary file; throws when the package is missing or damaged. */
  static read(model: string): Weights {
    const folder = weightsFolder();
    const manifest = JSON.parse(readFileSync(join(folder, `${model}-weights_manifest.json`), 'utf8')) as Manifest;
    const [group] = manifest;
    const [path] = group?.paths ?? [];
    if (group === undefined || path === undefined) throw new Error(`The weights of ${model} have no binary file`);
    return new Weights(unpack(readFileSync(join(folder, path)), group.weights));
  }

  /** The tensor of that name as it was stored. Throws when there is none. */
  get(name: string): Weight {
    const weight = this.tensors.get(name);
    if (weight === undefined) throw new Error(`No weights are called ${name}`);
    return weight;
  }

  /** A convolution's filter, turned from height, width, in, out (TensorFlow) to out, in, height, width (ONNX). */
  filter(name: string): Weight {
    const { shape, values } = this.get(name);
    const [height, width, inputs, outputs] = fourSizes(shape);
    const turned = new Float32Array(values.length);
    const area = height * width;
    let from = 0;
    for (let cell = 0; cell < area; cell++)
      for (let input = 0; input < inputs; input++)
        for (let output = 0; output < outputs; output++)
          turned[(output * inputs + input) * area + cell] = values[from++] ?? 0;
    return { shape: [outputs, inputs, height, width], values: turned };
  }

  /** A depthwise filter, turned from height, width, channels, 1 to channels, 1, height, width. */
  depthwiseFilter(name: string): Weight {
    const { shape, values } = this.filter(name);
    const [, channels, height, width] = fourSizes(shape);
    return { shape: [channels, 1, height, width], values };
  }
}

function fourSizes(shape: readonly number[]): [number, number, number, number] {
  const [a, b, c, d] = shape;
  if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error('Not a filter');
  return [a, b, c, d];
}

/** Tensors stand one after another; quantised ones as one byte a value (also integer constants), the others as float32. */
function unpack(bytes: Buffer, entries: readonly ManifestEntry[]): Map<string, Weight> {
  const tensors = new Map<string, Weight>();
  let offset = 0;
  for (const { name, shape, quantization } of entries) {
    const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
    if (quantization === undefined) {
      for (let i = 0; i < values.length; i++) values[i] = bytes.readFloatLE(offset + 4 * i);
    } else {
      if (quantization.dtype !== 'uint8') throw new Error(`${name} is quantised to ${quantization.dtype}`);
      for (let i = 0; i < values.length; i++)
        values[i] = bytes.readUInt8(offset + i) * quantization.scale + quantization.min;
    }
    offset += values.length * (quantization === undefined ? 4 : 1);
    tensors.set(name, { shape, values });
  }
  if (offset !== bytes.length) throw new Error('The weights do not fill their file');
  return tensors;
}
