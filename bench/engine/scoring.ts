import { SIMILARITY } from '../../src/compreface/embedded/models/face-analyser.js';
import { normalisedDistance, similarityAt, type SimilarityCoefficients } from '../../src/compreface/similarity.js';

/** The face of one photo. */
export interface Shown {
  readonly person: string;
  readonly embedding: Float32Array;
}

/** Distances of all pairs: of one person (mated), and of two. */
export interface PairDistances {
  readonly mated: readonly number[];
  readonly nonMated: readonly number[];
}

export function pairDistances(seen: readonly Shown[]): PairDistances {
  const [mated, nonMated]: [number[], number[]] = [[], []];
  for (const [i, a] of seen.entries()) {
    for (const b of seen.slice(0, i)) {
      (a.person === b.person ? mated : nonMated).push(normalisedDistance(a.embedding, b.embedding));
    }
  }
  return { mated, nonMated };
}

/** Share of photos whose nearest other photo shows the same person; people with a single photo are not asked for. */
export function rankOne(seen: readonly Shown[], distance: (a: Float32Array, b: Float32Array) => number): number {
  let [right, asked] = [0, 0];
  for (const probe of seen) {
    const others = seen.filter((other) => other !== probe);
    if (!others.some(({ person }) => person === probe.person)) continue;
    const distances = others.map(({ embedding }) => distance(probe.embedding, embedding));
    asked++;
    if (others[distances.indexOf(Math.min(...distances))]?.person === probe.person) right++;
  }
  return right / asked;
}

/** The lowest similarity, in thousandths, that at most that share of the pairs of two people reaches. */
export function thresholdFor(nonMated: readonly number[], share: number): number {
  for (let thousandths = 1; thousandths < 1000; thousandths++) {
    const reached = nonMated.filter((distance) => similarityAt(distance, SIMILARITY) >= thousandths / 1000).length;
    if (reached / nonMated.length <= share) return thousandths / 1000;
  }
  return 0.999;
}

/**
 * Logistic regression by Newton's method: P(same person) = 1 / (1 + exp(-(w0 + w1 d))), both kinds of pairs weighing the
 * same in all. As similarity = 1 / (1 + exp(-2 c1 (c0 - d))), c1 = -w1 / 2 and c0 = -w0 / w1.
 */
export function fitCurve({ mated, nonMated }: PairDistances): SimilarityCoefficients {
  let [w0, w1] = [10, -25];
  for (let round = 0; round < 100; round++) {
    let [g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0];
    const add = (d: number, same: number, weight: number) => {
      const p = 1 / (1 + Math.exp(-(w0 + w1 * d)));
      const [slope, curvature] = [weight * (same - p), weight * p * (1 - p)];
      [g0, g1] = [g0 + slope, g1 + slope * d];
      [h00, h01, h11] = [h00 + curvature, h01 + curvature * d, h11 + curvature * d * d];
    };
    for (const d of mated) add(d, 1, 1 / mated.length);
    for (const d of nonMated) add(d, 0, 1 / nonMated.length);
    const determinant = h00 * h11 - h01 * h01;
    w0 += (h11 * g0 - h01 * g1) / determinant;
    w1 += (h00 * g1 - h01 * g0) / determinant;
  }
  return { c0: -w0 / w1, c1: -w1 / 2 };
}
