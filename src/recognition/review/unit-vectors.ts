import { similarityAt, type SimilarityCoefficients } from '../../compreface/similarity.js';

/** Embeddings of one calculator, each brought to length 1, in one block of memory. */
export class UnitVectors {
  private readonly values: Float32Array;
  /** Dimensions, filled up with zeros to a multiple of four. */
  private readonly stride: number;
  private count = 0;

  constructor(
    readonly dimensions: number,
    capacity: number,
  ) {
    this.stride = Math.ceil(dimensions / 4) * 4;
    this.values = new Float32Array(this.stride * capacity);
  }

  get length(): number {
    return this.count;
  }

  /** Adds stored bytes (32-bit floats, little endian); false for another length, or without direction. */
  add(bytes: Buffer): boolean {
    if (bytes.length !== this.dimensions * 4) return false;
    const start = this.count * this.stride;
    if (!writeUnit(bytes, this.values, start)) return false;
    this.count += 1;
    return true;
  }

  /** The dot product of two; their squared Euclidean distance is 2 - 2 times it. */
  dot(a: number, b: number): number {
    const { values, stride } = this;
    const startA = a * stride;
    const startB = b * stride;
    // Four sums at once, since each addition would wait for the one before it: that nearly halves the time.
    let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
    for (let index = 0; index < stride; index += 4) {
      sum0 += (values[startA + index] ?? 0) * (values[startB + index] ?? 0);
      sum1 += (values[startA + index + 1] ?? 0) * (values[startB + index + 1] ?? 0);
      sum2 += (values[startA + index + 2] ?? 0) * (values[startB + index + 2] ?? 0);
      sum3 += (values[startA + index + 3] ?? 0) * (values[startB + index + 3] ?? 0);
    }
    return sum0 + sum1 + sum2 + sum3;
  }

  /** Forgets the vectors from this one on. */
  truncate(length: number): void {
    this.count = Math.min(this.count, length);
  }
}

/** CompreFace's similarity for a dot product of two vectors of length 1. */
export function similarityOfDot(dot: number, coefficients: SimilarityCoefficients): number {
  return similarityAt(Math.sqrt(Math.max(0, 2 - 2 * dot)), coefficients);
}

/** The least dot product whose similarity reaches this one: `similarityAt` solved for the distance. Above 1 for a similarity out of reach. */
export function dotOfSimilarity(similarity: number, { c0, c1 }: SimilarityCoefficients): number {
  const distance = c0 - Math.atanh(2 * similarity - 1) / c1;
  return distance < 0 ? Number.POSITIVE_INFINITY : 1 - (distance * distance) / 2;
}

function writeUnit(bytes: Buffer, values: Float32Array, start: number): boolean {
  const dimensions = bytes.length / 4;
  let squares = 0;
  for (let index = 0; index < dimensions; index += 1) {
    const value = bytes.readFloatLE(index * 4);
    values[start + index] = value;
    squares += value * value;
  }
  const length = Math.sqrt(squares);
  if (!(length > 0) || !Number.isFinite(length)) return false;
  for (let index = 0; index < dimensions; index += 1) values[start + index] = (values[start + index] ?? 0) / length;
  return true;
}
