import type { Recommendation } from './recommended-threshold.js';
import type { Suspicion } from './suspicious-faces.js';

/** What is measured against. */
export interface MeasuringThresholds {
  /** Similarity, 0..1, from which a person is suggested. */
  readonly review: number;
  /** Similarity, 0..1, from which a face is assigned without asking. */
  readonly autoAssign: number;
}

/** Error rates, per cent, at one threshold; null without trials. */
export interface RatesAt {
  readonly threshold: number;
  /** Share of the left-out faces that stay below it: missed. */
  readonly fnmr: number | null;
  /** Share of the comparisons of a face with another person that reach it. */
  readonly fmr: number | null;
}

/** Those, and for a whole collection: */
export interface CollectionRatesAt extends RatesAt {
  /** Share of the faces of nobody enrolled that would be taken for somebody: strangers, and every face with its own person left out. */
  readonly fpir: number | null;
}

export interface SuspiciousMeasured {
  readonly faceId: number;
  readonly personId: number;
  readonly suspicion: Suspicion;
  readonly closestPersonId: number | null;
}

/** Whether a person's photos say enough about what they look like. */
export type Variety = 'too_few' | 'too_similar';

/** What was found about one person. Kept as JSON: people are named by their ids, so that no name outlives an erased person. */
export interface PersonMeasurement {
  readonly personId: number;
  readonly faces: number;
  /** Without those of the same photo and near-identical copies. */
  readonly differentFaces: number;
  readonly variety: Variety | null;
  readonly genuineTrials: number;
  readonly impostorTrials: number;
  /** Per cent of the left-out faces whose nearest example is the person's own. */
  readonly rank1Rate: number | null;
  readonly atReview: RatesAt;
  readonly atAutoAssign: RatesAt;
  readonly recommended: Recommendation | null;
  /** Whose faces would be taken for this person, with the per cent of them. */
  readonly confusedWith: readonly { readonly personId: number; readonly rate: number }[];
  readonly suspiciousFaces: readonly SuspiciousMeasured[];
  /** Persons who look like one and the same. */
  readonly alikePersonIds: readonly number[];
}

/** What was found about all persons together. */
export interface CollectionMeasurement {
  readonly persons: number;
  readonly faces: number;
  readonly strangers: number;
  readonly genuineTrials: number;
  readonly impostorTrials: number;
  readonly identificationTrials: number;
  readonly rank1Rate: number | null;
  /** Per cent. */
  readonly targetFmr: number;
  readonly recommended: Recommendation | null;
  readonly atReview: CollectionRatesAt;
  readonly atAutoAssign: CollectionRatesAt;
  readonly atRecommended: CollectionRatesAt | null;
  readonly roc: readonly CollectionRatesAt[];
  /** Whose faces would be taken for whom, most first. */
  readonly confusions: readonly {
    readonly personId: number;
    readonly takenForPersonId: number;
    readonly faces: number;
    readonly rate: number;
  }[];
  readonly suspiciousTotal: number;
  readonly suspiciousFaces: readonly SuspiciousMeasured[];
  readonly tooFewTotal: number;
  readonly tooFewPersonIds: readonly number[];
  readonly tooSimilarTotal: number;
  readonly tooSimilarPersonIds: readonly number[];
  readonly alike: readonly (readonly [number, number])[];
}

/** Per cent with `digits` decimals; null of nothing. */
export function percent(part: number, whole: number, digits = 1): number | null {
  const scale = 10 ** digits;
  return whole === 0 ? null : Math.round((part / whole) * 100 * scale) / scale;
}
