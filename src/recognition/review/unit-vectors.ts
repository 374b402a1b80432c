import { similarityAt, type SimilarityCoefficients } from '../../compreface/similarity.js';

/** Embeddings of one calculator, each brought to length 1, in one block of memory. */
export class UnitVectors {
  private readonly values: Float32Array;
  private count = 0;

  constructor(
    readonly dimensions: number,
    capacity: number,
  ) {
    this.values = new Float32Array(dimensions * capacity);
  }

  get length(): number {
    return this.count;
  }

  /** Adds stored bytes (32-bit floats, little endian); false for another length, or without direction. */
  add(bytes: Buffer): boolean {
    if (bytes.length !== this.dimensions * 4) return false;
    const start = this.count * this.dimensions;
    if (!writeUnit(bytes, this.values, start)) return false;
    this.count += 1;
    return true;
  }

  /** The dot product of two; their squared Euclidean distance is 2 - 2 times it. */
  dot(a: number, b: number): number {
    const { values, dimensions } = this;
    const startA = a * dimensions;
    const startB = b * dimensions;
    let sum = 0;
    for (let index = 0; index < dimensions; index += 1) {
      sum += (values[startA + index] ?? 0) * (values[startB + index] ?? 0);
    }
    return sum;
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
