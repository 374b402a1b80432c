import type { SimilarityCoefficients } from '../compreface/similarity.js';
import { unitDistance, unitSimilarity } from './embedding-distance.js';

/**
 * Two photos of one person whose embeddings are nearer than this are taken for copies of each other: recognising one by the other
 * proves nothing. A distance, not a similarity: that one is 1.0 for most pairs of one person.
 */
const NEAR_IDENTICAL_DISTANCE = 0.05;
/** False matches that the recommended threshold allows, per impostor trial. */
const TARGET_FMR = 0.001;
const MAX_SHOWN = 50;

/** A face to measure with. */
export interface MeasuredFace {
  readonly faceId: number;
  readonly photoId: number;
  /** Null for a stranger. */
  readonly personId: number | null;
  /** Length 1. */
  readonly vector: Float32Array;
}

export interface Measurement {
  readonly genuineTrials: number;
  readonly impostorTrials: number;
  /** Per cent of the left-out faces whose nearest example is the person's own. */
  readonly rank1Rate: number | null;
  /** Per cent of the left-out faces that stay below the threshold (missed). */
  readonly fnmr: number | null;
  /** Per cent of the others' faces that reach the threshold (taken for the person). */
  readonly fmr: number | null;
  readonly recommendedThreshold: number | null;
  readonly confusedWith: readonly { readonly personId: number; readonly rate: number }[];
  readonly suspiciousFaces: readonly { readonly faceId: number; readonly closestPersonId: number }[];
}

interface GenuineTrial {
  readonly face: MeasuredFace;
  readonly own: number;
  readonly other: number;
  readonly closest: MeasuredFace | null;
}

/**
 * Leaves each face of a person out in turn and scores it against the person's other faces and against everybody else's, as CompreFace
 * would: the nearest single example decides. Faces of the same photo and near-identical copies are left out with it.
 */
export function measurePerson(
  own: readonly MeasuredFace[],
  others: readonly MeasuredFace[],
  coefficients: SimilarityCoefficients,
  threshold: number,
): Measurement {
  const genuine = own.flatMap((face) => genuineTrial(face, own, others, coefficients) ?? []);
  const impostor = own.length === 0 ? [] : others.map((face) => ({ face, score: best(face, own, coefficients).score }));
  const matched = impostor.filter(({ score }) => score >= threshold);
  return {
    genuineTrials: genuine.length,
    impostorTrials: impostor.length,
    rank1Rate: rate(genuine.filter((trial) => trial.own > trial.other).length, genuine.length),
    fnmr: rate(genuine.filter((trial) => trial.own < threshold).length, genuine.length),
    fmr: rate(matched.length, impostor.length),
    recommendedThreshold: recommend(impostor.map(({ score }) => score)),
    confusedWith: confusions(
      matched.map(({ face }) => face),
      others,
    ),
    suspiciousFaces: genuine.flatMap(suspicion).slice(0, MAX_SHOWN),
  };
}

function genuineTrial(
  face: MeasuredFace,
  own: readonly MeasuredFace[],
  others: readonly MeasuredFace[],
  coefficients: SimilarityCoefficients,
): GenuineTrial | null {
  const different = own.filter(
    (example) =>
      example.photoId !== face.photoId && unitDistance(example.vector, face.vector) > NEAR_IDENTICAL_DISTANCE,
  );
  if (different.length === 0) return null;
  const nearestOther = best(face, others, coefficients);
  return {
    face,
    own: best(face, different, coefficients).score,
    other: nearestOther.score,
    closest: nearestOther.face,
  };
}

function best(
  probe: MeasuredFace,
  examples: readonly MeasuredFace[],
  coefficients: SimilarityCoefficients,
): { score: number; face: MeasuredFace | null } {
  let score = 0;
  let face: MeasuredFace | null = null;
  for (const example of examples) {
    if (example.faceId === probe.faceId || example.vector.length !== probe.vector.length) continue;
    const similarity = unitSimilarity(probe.vector, example.vector, coefficients);
    if (similarity > score) [score, face] = [similarity, example];
  }
  return { score, face };
}

/** The lowest threshold, from 0.5 up, that lets no more impostors through than the target; null without impostors. */
function recommend(impostorScores: readonly number[]): number | null {
  if (impostorScores.length === 0) return null;
  const descending = [...impostorScores].sort((a, b) => b - a);
  const allowed = Math.floor(impostorScores.length * TARGET_FMR);
  const above = (descending[allowed] ?? 0) + 0.005;
  return Math.min(0.999, Math.max(0.5, Math.round(above * 1_000) / 1_000));
}

function confusions(
  matched: readonly MeasuredFace[],
  others: readonly MeasuredFace[],
): { personId: number; rate: number }[] {
  const count = (faces: readonly MeasuredFace[]): Map<number, number> => {
    const counts = new Map<number, number>();
    for (const { personId } of faces) if (personId !== null) counts.set(personId, (counts.get(personId) ?? 0) + 1);
    return counts;
  };
  const all = count(others);
  return [...count(matched)]
    .map(([personId, hits]) => ({ personId, rate: rate(hits, all.get(personId) ?? hits) ?? 0 }))
    .sort((a, b) => b.rate - a.rate)
    .slice(0, MAX_SHOWN);
}

function suspicion(trial: GenuineTrial): { faceId: number; closestPersonId: number }[] {
  const closestPersonId = trial.closest?.personId ?? null;
  if (trial.other <= trial.own || closestPersonId === null) return [];
  return [{ faceId: trial.face.faceId, closestPersonId }];
}

function rate(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 1_000) / 10;
}
