import type { CollectionVectors } from './collection-vectors.js';
import { percent, type PersonMeasurement, type SuspiciousMeasured } from './measurement.js';
import { PersonTally } from './person-tally.js';
import { recommendThreshold } from './recommended-threshold.js';
import type { SuspiciousPlace, Suspicions } from './suspicious-faces.js';
import type { MeasuringOptions, Trials } from './trials.js';
import { varietyOf } from './variety.js';

/** The stored text holds 65,535 bytes. */
const MAX_SHOWN = 25;

/** What the trials say about one person. */
export function describePerson(
  collection: CollectionVectors,
  person: number,
  { persons }: Trials,
  suspicions: Suspicions,
  { coefficients, thresholds, targetFmr }: MeasuringOptions,
): PersonMeasurement {
  const tally = persons[person] ?? new PersonTally(coefficients, thresholds);
  const { differentFaces, variety } = varietyOf(collection, person, coefficients);
  const idOf = (place: number): number => collection.personIds[place] ?? 0;
  return {
    personId: idOf(person),
    faces: collection.facesOf[person]?.length ?? 0,
    differentFaces,
    variety,
    genuineTrials: tally.genuine.size,
    impostorTrials: tally.impostors.size,
    rank1Rate: percent(tally.rightlyNearest, tally.genuine.size),
    atReview: tally.ratesAt(thresholds.review),
    atAutoAssign: tally.ratesAt(thresholds.autoAssign),
    recommended: recommendThreshold(tally.impostors, targetFmr / 100, coefficients, thresholds.autoAssign),
    confusedWith: [...tally.takenFor]
      .map(([other, faces]) => ({ personId: idOf(other), rate: shareOfFaces(collection, other, faces) }))
      .sort((a, b) => b.rate - a.rate)
      .slice(0, MAX_SHOWN),
    suspiciousFaces: suspicions.faces
      .filter((face) => face.person === person)
      .slice(0, MAX_SHOWN)
      .map((face) => toSuspicious(collection, face)),
    alikePersonIds: suspicions.alike
      .filter((pair) => pair.includes(person))
      .map(([a, b]) => idOf(a === person ? b : a)),
  };
}

/** Per cent of a person's faces. */
export function shareOfFaces(collection: CollectionVectors, person: number, faces: number): number {
  return percent(faces, collection.facesOf[person]?.length ?? 0) ?? 0;
}

export function toSuspicious(collection: CollectionVectors, found: SuspiciousPlace): SuspiciousMeasured {
  return {
    faceId: collection.faceIds[found.face] ?? 0,
    personId: collection.personIds[found.person] ?? 0,
    suspicion: found.suspicion,
    closestPersonId: found.closest === null ? null : (collection.personIds[found.closest] ?? null),
  };
}
