import type { SimilarityCoefficients } from '../compreface/similarity.js';

/** An embedding scaled to length 1; null for one without direction. */
export function toUnitLength(embedding: Float32Array): Float32Array | null {
  let squares = 0;
  for (const value of embedding) squares += value * value;
  const length = Math.sqrt(squares);
  return length > 0 && Number.isFinite(length) ? embedding.map((value) => value / length) : null;
}

/** CompreFace's similarity (see `compreface/similarity.ts`) of two embeddings that have length 1 already: d² = 2 - 2·a·b. */
export function unitSimilarity(a: Float32Array, b: Float32Array, { c0, c1 }: SimilarityCoefficients): number {
  let dot = 0;
  for (let index = 0; index < a.length; index += 1) dot += (a[index] ?? 0) * (b[index] ?? 0);
  return (Math.tanh((c0 - Math.sqrt(Math.max(0, 2 - 2 * dot))) * c1) + 1) / 2;
}
