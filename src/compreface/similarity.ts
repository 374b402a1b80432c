import { MODEL_VERSIONS, SIMILARITY } from './embedded/models/face-analyser.js';

/** Where the curve from distance to similarity has its middle (`c0`, a distance) and how steep it is there (`c1`). */
export interface SimilarityCoefficients {
  readonly c0: number;
  readonly c1: number;
}

/**
 * How alike two embeddings of the same calculator are, 0..1, as CompreFace 1.2.0 computes it (EuclideanDistanceClassifier): both scaled to
 * length 1, d their Euclidean distance, (tanh((c0 - d) * c1) + 1) / 2. CompreFace rounds this to 5 decimals; we do not.
 * @throws RangeError for embeddings of different or no length, or without direction: they are no pair of one model.
 */
export function similarity(a: ArrayLike<number>, b: ArrayLike<number>, coefficients: SimilarityCoefficients): number {
  return similarityAt(normalisedDistance(a, b), coefficients);
}

/** CompreFace's curve from a distance of embeddings of length 1 to a similarity, 0..1: one half at c0. */
export function similarityAt(distance: number, { c0, c1 }: SimilarityCoefficients): number {
  return (Math.tanh((c0 - distance) * c1) + 1) / 2;
}

/** Euclidean distance, 0..2, of the two embeddings brought to length 1. Throws as `similarity` does. */
export function normalisedDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length || a.length === 0)
    throw new RangeError('Embeddings of different models cannot be compared');
  const [lengthOfA, lengthOfB] = [lengthOf(a), lengthOf(b)];
  let squares = 0;
  for (let index = 0; index < a.length; index++) {
    const difference = (a[index] ?? 0) / lengthOfA - (b[index] ?? 0) / lengthOfB;
    squares += difference * difference;
  }
  return Math.sqrt(squares);
}

/**
 * The coefficients that go with a calculator as `Recognition.calculator` names it; null for one that we do not know, since embeddings mean
 * nothing without them.
 */
export function coefficientsOf(calculator: string): SimilarityCoefficients | null {
  return COEFFICIENTS.get(calculator) ?? null;
}

function lengthOf(embedding: ArrayLike<number>): number {
  let squares = 0;
  for (let index = 0; index < embedding.length; index++) squares += (embedding[index] ?? 0) ** 2;
  const length = Math.sqrt(squares);
  if (length > 0 && Number.isFinite(length)) return length;
  throw new RangeError('An embedding without direction cannot be compared');
}

// From `ml_models` of CompreFace 1.2.0's plugins. It names a calculator `backend.Calculator@model`, the first model of a backend without `@`.
const FACENET: readonly (readonly [model: string, c0: number, c1: number])[] = [
  ['20180402-114759', 1.1817961, 5.291995557],
  ['20180408-102900', 1.1362496, 5.803152427],
  ['inception_resnetv1_casia_masked', 1.1145709, 4.554903071],
];

const INSIGHTFACE: readonly (readonly [model: string, c0: number, c1: number])[] = [
  ['arcface_mobilefacenet', 1.26538905, 5.552089201],
  ['arcface_r100_v1', 1.23132175, 6.602259425],
  ['arcface_resnet34', 1.2462842, 5.981636853],
  ['arcface_resnet50', 1.2375747, 5.973354538],
  ['arcface-r50-msfdrop75', 1.2350148, 7.071431642],
  ['arcface-r100-msfdrop75', 1.224676, 6.322647217],
  ['arcface_mobilefacenet_casia_masked', 1.22507105, 7.321198934],
];

const COEFFICIENTS: ReadonlyMap<string, SimilarityCoefficients> = new Map([
  [MODEL_VERSIONS.calculator, SIMILARITY],
  ...named('facenet.Calculator', FACENET),
  ...named('insightface.Calculator', INSIGHTFACE),
]);

function named(
  calculator: string,
  models: readonly (readonly [model: string, c0: number, c1: number])[],
): [string, SimilarityCoefficients][] {
  return models.flatMap(([model, c0, c1], index) => {
    const coefficients = { c0, c1 };
    const full: [string, SimilarityCoefficients] = [`${calculator}@${model}`, coefficients];
    return index === 0 ? [full, [calculator, coefficients]] : [full];
  });
}
