import type { SimilarityCoefficients } from '../compreface/similarity.js';
import { distanceOf, similarityOf } from './collection-vectors.js';

/** Thresholds are counted at every thousandth from 0 to 1. */
const STEPS = 1_000;

/** Counts the scores of many trials by their similarity, without keeping them: 500 persons have five million impostor trials. */
export class ScoreTally {
  private readonly counts = new Uint32Array(STEPS + 1);
  private readonly atMarks: number[];
  private trials = 0;
  private meanDistance = 0;
  private squares = 0;

  /** `marks`: thresholds between the thousandths that are to be counted exactly. */
  constructor(
    private readonly coefficients: SimilarityCoefficients,
    private readonly marks: readonly number[],
  ) {
    this.atMarks = marks.map(() => 0);
  }

  /** `product`: of the two vectors at length 1. Returns the similarity. */
  add(product: number): number {
    const similarity = similarityOf(product, this.coefficients);
    const step = stepOf(similarity);
    this.counts[step] = (this.counts[step] ?? 0) + 1;
    this.marks.forEach((mark, index) => {
      if (similarity >= mark) this.atMarks[index] = (this.atMarks[index] ?? 0) + 1;
    });
    // Welford's way to mean and variance, which does not lose digits.
    this.trials += 1;
    const distance = distanceOf(product);
    const difference = distance - this.meanDistance;
    this.meanDistance += difference / this.trials;
    this.squares += difference * (distance - this.meanDistance);
    return similarity;
  }

  /** Adds what another tally with the same marks has counted. */
  merge(other: ScoreTally): void {
    other.counts.forEach((count, step) => (this.counts[step] = (this.counts[step] ?? 0) + count));
    other.atMarks.forEach((count, index) => (this.atMarks[index] = (this.atMarks[index] ?? 0) + count));
    this.trials += other.trials;
  }

  get size(): number {
    return this.trials;
  }

  /** Of the distances, 0..2; not of merged tallies. */
  get distances(): { readonly mean: number; readonly deviation: number } {
    return { mean: this.meanDistance, deviation: Math.sqrt(this.squares / Math.max(1, this.trials - 1)) };
  }

  /** How many scores reach a threshold, which is a mark or a multiple of a thousandth. */
  reaching(threshold: number): number {
    const mark = this.marks.indexOf(threshold);
    if (mark !== -1) return this.atMarks[mark] ?? 0;
    let reaching = 0;
    for (let step = STEPS; step >= stepOf(threshold); step -= 1) reaching += this.counts[step] ?? 0;
    return reaching;
  }

  /** The lowest threshold, from `lowest` up in thousandths, that at most `most` scores reach; 0.999 when there is none below. */
  lowestReachedBy(most: number, lowest: number): number {
    let reaching = 0;
    for (let step = STEPS; step >= stepOf(lowest); step -= 1) {
      reaching += this.counts[step] ?? 0;
      if (reaching > most) return Math.min(STEPS - 1, step + 1) / STEPS;
    }
    return lowest;
  }
}

function stepOf(similarity: number): number {
  // A similarity such as 0.57 times 1,000 may come out a hair below 570.
  return Math.min(STEPS, Math.floor(similarity * STEPS + 1e-9));
}
