import type { SimilarityCoefficients } from '../compreface/similarity.js';
import type { MeasuringThresholds } from './measurement.js';
import type { PersonTally } from './person-tally.js';
import type { ScoreTally } from './score-tally.js';
import type { Slices } from './slices.js';

export interface MeasuringOptions {
  readonly coefficients: SimilarityCoefficients;
  readonly thresholds: MeasuringThresholds;
  /** False matches that the recommended threshold allows, per cent. */
  readonly targetFmr: number;
  readonly slices: Slices;
}

/** The trials of a whole collection. */
export interface Trials {
  readonly persons: readonly PersonTally[];
  /** Of every face the nearest example of somebody else: what a stranger would score. */
  readonly identification: ScoreTally;
}
