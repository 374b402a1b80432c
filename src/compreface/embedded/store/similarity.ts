import { SIMILARITY } from '../models/face-analyser.js';
import { fiveDecimals } from '../wire/face-answer.js';

/** A vector of length 1 with the same direction; null for one without direction (zero, or not finite). */
export function normalised(vector: ArrayLike<number>): Float32Array | null {
  let squares = 0;
  for (let i = 0; i < vector.length; i++) squares += (vector[i] ?? 0) ** 2;
  const norm = Math.sqrt(squares);
  if (norm === 0 || !Number.isFinite(norm)) return null;
  return Float32Array.from(vector, (value) => value / norm);
}

/** Euclidean distance of two vectors of the same length. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < a.length; i++) squares += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return Math.sqrt(squares);
}

/**
 * CompreFace's similarity 0..1 of two normalised embeddings at Euclidean distance d:
 * `(tanh((c0 - d) * c1) + 1) / 2`, to five decimals (its EuclideanDistanceClassifier).
 */
export function similarityAt(d: number): number {
  return fiveDecimals((Math.tanh((SIMILARITY.c0 - d) * SIMILARITY.c1) + 1) / 2);
}
