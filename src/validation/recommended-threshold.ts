import { similarityAt, type SimilarityCoefficients } from '../compreface/similarity.js';
import type { ScoreTally } from './score-tally.js';

/** CompreFace's similarity has its designed middle here; below it a face is more likely somebody else. */
const LOWEST = 0.5;
const HIGHEST = 0.999;
const LEAST_TRIALS = 10;
/** A rate can be counted when at least so many trials may fail it; with fewer, none failing is luck. */
const COUNTABLE_FAILURES = 10;

/**
 * `counted`: there were trials enough to see the target rate. `estimated`: the tail of the scores had to be extended. `kept`: the estimate is
 * below the threshold in use, and an estimate alone does not vouch for a lower one.
 */
export type RecommendationBasis = 'counted' | 'estimated' | 'kept';

export interface Recommendation {
  readonly threshold: number;
  readonly basis: RecommendationBasis;
}

/**
 * The lowest threshold, 0.5..0.999 in thousandths, which at most `targetShare` (0..1) of the trials reach; null below 10 trials.
 * With less than 10 / target trials the rate cannot be counted: of 100 trials, none above a threshold does not mean one in a thousand. Then
 * it is at least the similarity of `mean - t · deviation · √(1 + 1/n)` of the trials' distances, t the quantile of Student's distribution: the
 * bound that the next trial passes with the target's probability, if distances are spread normally. It is stricter the fewer trials there are,
 * and it never lowers `inUse`, the threshold in use: tails of real faces are heavier than that of a normal distribution (measured on two small
 * sets: an estimate below the default let strangers in that the default did not).
 */
export function recommendThreshold(
  trials: ScoreTally,
  targetShare: number,
  coefficients: SimilarityCoefficients,
  inUse: number,
): Recommendation | null {
  if (trials.size < LEAST_TRIALS) return null;
  const counted = trials.lowestReachedBy(Math.floor(trials.size * targetShare), LOWEST);
  if (trials.size * targetShare >= COUNTABLE_FAILURES) return { threshold: counted, basis: 'counted' };
  const { mean, deviation } = trials.distances;
  const bound = studentQuantile(targetShare, trials.size - 1) * Math.sqrt(1 + 1 / trials.size);
  const tail = similarityAt(mean - bound * deviation, coefficients);
  const estimated = Math.max(counted, Math.min(HIGHEST, Math.ceil(tail * 1_000) / 1_000));
  return estimated < inUse ? { threshold: inUse, basis: 'kept' } : { threshold: estimated, basis: 'estimated' };
}

/**
 * The z with a share of `tail` (0..0.5) of a normal distribution above it, to 0.0005 (Hastings' approximation; Abramowitz and Stegun 26.2.23).
 */
export function normalQuantile(tail: number): number {
  const t = Math.sqrt(-2 * Math.log(Math.min(0.5, tail)));
  const above = 2.515517 + 0.802853 * t + 0.010328 * t * t;
  const below = 1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t;
  return t - above / below;
}

/** The same of Student's distribution, from the normal one (Abramowitz and Stegun 26.7.5); to 2 per cent from nine degrees of freedom up. */
export function studentQuantile(tail: number, freedom: number): number {
  const z = normalQuantile(tail);
  return z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2);
}
