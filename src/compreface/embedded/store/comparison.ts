import { similarity } from '../../similarity.js';
import { SIMILARITY } from '../models/face-analyser.js';
import { fiveDecimals } from '../rounding.js';

/** A vector of length 1 with the same direction; null for one without direction (zero, or not finite). */
export function normalised(vector: ArrayLike<number>): Float32Array | null {
  let squares = 0;
  for (let i = 0; i < vector.length; i++) squares += (vector[i] ?? 0) ** 2;
  const norm = Math.sqrt(squares);
  if (norm === 0 || !Number.isFinite(norm)) return null;
  return Float32Array.from(vector, (value) => value / norm);
}

/** CompreFace's similarity of two embeddings, 0..1 with five decimals; null when they cannot be compared. */
export function comparedSimilarity(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  if (a.length !== b.length || normalised(a) === null || normalised(b) === null) return null;
  return fiveDecimals(similarity(a, b, SIMILARITY));
}
