export interface SimilarityCoefficients {
  readonly c0: number;
  readonly c1: number;
}

/** Calculators of CompreFace's builds with the coefficients that its core reports for them (v1.2.0). */
export const calculators = {
  'insightface.Calculator@arcface_mobilefacenet': { c0: 1.26538905, c1: 5.552089201 },
  'insightface.Calculator@arcface_r100_v1': { c0: 1.23132175, c1: 6.602259425 },
  'facenet.Calculator': { c0: 1.1817961, c1: 5.291995557 },
} as const satisfies Record<string, SimilarityCoefficients>;

export type CalculatorName = keyof typeof calculators;

/**
 * Similarity as CompreFace's API computes it: `(tanh((c0 - d) * c1) + 1) / 2`, d the Euclidean distance of the normalised vectors,
 * rounded to 5 decimals (EuclideanDistanceClassifier).
 */
export function similarity(a: readonly number[], b: readonly number[], coefficients: SimilarityCoefficients): number {
  return similarityOfUnits(normalised(a), normalised(b), coefficients);
}

/** The same for vectors that have length 1 already. */
export function similarityOfUnits(
  a: readonly number[],
  b: readonly number[],
  { c0, c1 }: SimilarityCoefficients,
): number {
  let squares = 0;
  for (let i = 0; i < a.length; i++) squares += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return Math.round(((Math.tanh((c0 - Math.sqrt(squares)) * c1) + 1) / 2) * 1e5) / 1e5;
}

export function normalised(vector: readonly number[]): number[] {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
