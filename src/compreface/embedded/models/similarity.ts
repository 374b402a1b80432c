import { SIMILARITY } from './face-analyser.js';

/** Shape of CompreFace's curve: c0 is the distance of similarity one half, c1 its steepness there. */
export interface SimilarityCurve {
  readonly c0: number;
  readonly c1: number;
}

/**
 * How alike two embeddings are, 0..1, as CompreFace reckons it: both are brought to length 1, d is their Euclidean
 * distance, similarity = (tanh((c0 - d) * c1) + 1) / 2. At d = c0 it is one half.
 * @throws RangeError when the lengths differ or one embedding is all zeros
 */
export function similarity(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { c0, c1 }: SimilarityCurve = SIMILARITY,
): number {
  return (Math.tanh((c0 - normalisedDistance(a, b)) * c1) + 1) / 2;
}

/** Euclidean distance, 0..2, of the two embeddings brought to length 1. Throws as `similarity` does. */
export function normalisedDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new RangeError('Embeddings of different models cannot be compared');
  const [lengthA, lengthB] = [euclideanLength(a), euclideanLength(b)];
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] ?? 0) / lengthA - (b[i] ?? 0) / lengthB) ** 2;
  return Math.sqrt(sum);
}

function euclideanLength(vector: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += (vector[i] ?? 0) ** 2;
  if (sum === 0) throw new RangeError('An embedding of zeros has no direction');
  return Math.sqrt(sum);
}
