import type { SimilarityCoefficients } from '../compreface/similarity.js';

/** An embedding scaled to length 1; null for one without direction. */
export function toUnitLength(embedding: Float32Array): Float32Array | null {
  let squares = 0;
  for (const value of embedding) squares += value * value;
  const length = Math.sqrt(squares);
  return length > 0 && Number.isFinite(length) ? embedding.map((value) => value / length) : null;
}

/** Euclidean distance of two embeddings of length 1, 0..2: d² = 2 - 2·a·b. */
export function unitDistance(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  for (let index = 0; index < a.length; index += 1) dot += (a[index] ?? 0) * (b[index] ?? 0);
  return Math.sqrt(Math.max(0, 2 - 2 * dot));
}

/** CompreFace's similarity (see `compreface/similarity.ts`) of two embeddings of length 1. */
export function unitSimilarity(a: Float32Array, b: Float32Array, { c0, c1 }: SimilarityCoefficients): number {
  return (Math.tanh((c0 - unitDistance(a, b)) * c1) + 1) / 2;
}
