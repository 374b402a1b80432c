import type { SimilarityCoefficients } from '../compreface/similarity.js';
import { type MeasuringThresholds, percent, type RatesAt } from './measurement.js';
import { ScoreTally } from './score-tally.js';

/** The trials of one person: its own faces left out in turn, and the faces of others. */
export class PersonTally {
  readonly genuine: ScoreTally;
  readonly impostors: ScoreTally;
  /** Left-out faces whose nearest example is the person's own. */
  rightlyNearest = 0;
  /** How many faces of others would be taken for this person, by the place of the other. */
  readonly takenFor = new Map<number, number>();

  constructor(
    coefficients: SimilarityCoefficients,
    private readonly thresholds: MeasuringThresholds,
  ) {
    const marks = [thresholds.review, thresholds.autoAssign];
    this.genuine = new ScoreTally(coefficients, marks);
    this.impostors = new ScoreTally(coefficients, marks);
  }

  /** A face of the person was left out; the products with the nearest example of its own, and of anybody else. */
  addGenuine(own: number, other: number): void {
    this.genuine.add(own);
    if (own > other) this.rightlyNearest += 1;
  }

  /** A face of somebody else (place -1: a stranger), and the product with the nearest of the person's. */
  addImpostor(product: number, of: number): void {
    const similarity = this.impostors.add(product);
    if (of !== -1 && similarity >= this.thresholds.autoAssign) this.takenFor.set(of, (this.takenFor.get(of) ?? 0) + 1);
  }

  /** The error rates at a threshold that is one of the two, or a multiple of a thousandth. */
  ratesAt(threshold: number): RatesAt {
    return ratesAt(threshold, this.genuine, this.impostors);
  }
}

/** Per cent, the false match rate with three decimals: a target of 0.1 has to be seen in it. */
export function ratesAt(threshold: number, genuine: ScoreTally, impostors: ScoreTally): RatesAt {
  return {
    threshold,
    fnmr: percent(genuine.size - genuine.reaching(threshold), genuine.size),
    fmr: percent(impostors.reaching(threshold), impostors.size, 3),
  };
}
