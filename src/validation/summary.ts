import type { CollectionVectors } from './collection-vectors.js';
import { type CollectionMeasurement, type CollectionRatesAt, percent, type PersonMeasurement } from './measurement.js';
import { shareOfFaces, toSuspicious } from './person-measurement.js';
import { ratesAt } from './person-tally.js';
import { recommendThreshold } from './recommended-threshold.js';
import { ScoreTally } from './score-tally.js';
import type { Suspicions } from './suspicious-faces.js';
import type { MeasuringOptions, Trials } from './trials.js';

/** The stored text holds 65,535 bytes. */
const MAX_SHOWN = 100;

/** Similarities saturate: the points stand closer together where thresholds are chosen. */
const ROC_THRESHOLDS = [
  ...Array.from({ length: 9 }, (_, step) => (5 + step * 5) / 100),
  ...Array.from({ length: 45 }, (_, step) => (50 + step) / 100),
  ...Array.from({ length: 25 }, (_, step) => (950 + step * 2) / 1_000),
];

/** Puts the trials of all persons together. */
export function summarise(
  collection: CollectionVectors,
  { persons: tallies, identification }: Trials,
  suspicions: Suspicions,
  persons: readonly PersonMeasurement[],
  { coefficients, thresholds, targetFmr }: MeasuringOptions,
): CollectionMeasurement {
  const marks = [thresholds.review, thresholds.autoAssign];
  const [genuine, impostors] = [new ScoreTally(coefficients, marks), new ScoreTally(coefficients, marks)];
  for (const tally of tallies) {
    genuine.merge(tally.genuine);
    impostors.merge(tally.impostors);
  }
  const at = (threshold: number): CollectionRatesAt => ({
    ...ratesAt(threshold, genuine, impostors),
    fpir: percent(identification.reaching(threshold), identification.size, 3),
  });
  const rightlyNearest = tallies.reduce((sum, tally) => sum + tally.rightlyNearest, 0);
  const recommended = recommendThreshold(identification, targetFmr / 100, coefficients, thresholds.autoAssign);
  return {
    persons: collection.persons,
    faces: collection.size,
    strangers: collection.personOf.filter((person) => person === -1).length,
    genuineTrials: genuine.size,
    impostorTrials: impostors.size,
    identificationTrials: identification.size,
    rank1Rate: percent(rightlyNearest, genuine.size),
    targetFmr,
    recommended,
    atReview: at(thresholds.review),
    atAutoAssign: at(thresholds.autoAssign),
    atRecommended: recommended && at(recommended.threshold),
    roc: ROC_THRESHOLDS.map(at),
    confusions: confusionsOf(collection, tallies),
    suspiciousTotal: suspicions.faces.length,
    suspiciousFaces: suspicions.faces.slice(0, MAX_SHOWN).map((face) => toSuspicious(collection, face)),
    alike: suspicions.alike.slice(0, MAX_SHOWN).map(([a, b]) => [idOf(collection, a), idOf(collection, b)] as const),
    ...varieties(persons),
  };
}

function confusionsOf(collection: CollectionVectors, tallies: Trials['persons']): CollectionMeasurement['confusions'] {
  return [...tallies.entries()]
    .flatMap(([person, { takenFor }]) =>
      [...takenFor].map(([other, faces]) => ({
        personId: idOf(collection, other),
        takenForPersonId: idOf(collection, person),
        faces,
        rate: shareOfFaces(collection, other, faces),
      })),
    )
    .sort((a, b) => b.faces - a.faces)
    .slice(0, MAX_SHOWN);
}

function varieties(
  persons: readonly PersonMeasurement[],
): Pick<CollectionMeasurement, 'tooFewTotal' | 'tooFewPersonIds' | 'tooSimilarTotal' | 'tooSimilarPersonIds'> {
  const [few, similar] = (['too_few', 'too_similar'] as const).map((wanted) =>
    persons.filter(({ variety }) => variety === wanted).map(({ personId }) => personId),
  );
  return {
    tooFewTotal: few?.length ?? 0,
    tooFewPersonIds: few?.slice(0, MAX_SHOWN) ?? [],
    tooSimilarTotal: similar?.length ?? 0,
    tooSimilarPersonIds: similar?.slice(0, MAX_SHOWN) ?? [],
  };
}

function idOf(collection: CollectionVectors, person: number): number {
  return collection.personIds[person] ?? 0;
}
