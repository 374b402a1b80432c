import type { FormulaCheck, SuspiciousFace, ValidationReport } from './dto/validation-report.dto.js';
import { type KeptReport, type KeptSuspiciousFace, withClosestName, withNames } from './kept-report.js';
import type { PersonMeasurement, SuspiciousMeasured } from './measurement.js';
import type { PersonNames } from './person-names.js';
import type { Suspicion } from './suspicious-faces.js';

/** Fewer left-out faces prove nothing. */
const MIN_TRIALS = 2;

const REASONS: Readonly<Record<Suspicion, string>> = {
  nearer_to_other: 'Looks more like another person than like this one: look at it, then reassign or delete it',
  other_group:
    'Looks like some other photos of this person, but these do not look like the rest: two people may be mixed here; reassign one of them',
  unlike: 'Does not look like the other photos of this person: look at it, then reassign or delete it',
};

const NOT_MEASURED = {
  no_embeddings: 'There is no embedding to measure with: connect CompreFace, which makes them from the stored photos',
  unknown_calculator:
    'Nothing can be measured: the formula of this calculator is not known, and similarities without it would mean nothing',
} as const;

/** Of whom the ids stand in a measurement. */
export function personIdsIn(measured: PersonMeasurement): number[] {
  return [
    ...measured.confusedWith.map(({ personId }) => personId),
    ...measured.suspiciousFaces.flatMap(({ closestPersonId }) => closestPersonId ?? []),
    ...measured.alikePersonIds,
  ];
}

/** What a report says besides the measurement. */
export interface ReportContext {
  readonly calculator: string | null;
  readonly targetFmr: number;
  readonly formula: FormulaCheck | null;
}

/** A measurement as the API shows it. */
export function toReport(measured: PersonMeasurement, names: PersonNames, context: ReportContext): ValidationReport {
  return withNames(toKeptReport(measured, context), names);
}

/** A measurement as the report of a job keeps it. */
export function toKeptReport(measured: PersonMeasurement, context: ReportContext): KeptReport {
  const enough = measured.genuineTrials >= MIN_TRIALS;
  return {
    verdict: enough ? 'measured' : 'not_enough_different_photos',
    message: enough
      ? 'Every photo was left out in turn and compared with the others'
      : 'There are not enough different photos: assign at least three that were taken on different occasions',
    faces: measured.faces,
    different_faces: measured.differentFaces,
    variety: measured.variety,
    genuine_trials: measured.genuineTrials,
    impostor_trials: measured.impostorTrials,
    rank1_rate: measured.rank1Rate,
    ...measured.atAutoAssign,
    at_review: measured.atReview,
    recommended_threshold: measured.recommended?.threshold ?? null,
    target_fmr: context.targetFmr,
    confused_with: measured.confusedWith.map(({ personId, rate }) => ({ person_id: personId, rate })),
    suspicious_faces: measured.suspiciousFaces.map(toKeptFace),
    looks_like: measured.alikePersonIds.map((id) => ({ person_id: id })),
    calculator: context.calculator,
    formula_check: context.formula,
  };
}

export function toSuspiciousFace(face: SuspiciousMeasured, names: PersonNames): SuspiciousFace {
  return withClosestName(toKeptFace(face), names);
}

function toKeptFace({ faceId, suspicion, closestPersonId }: SuspiciousMeasured): KeptSuspiciousFace {
  return {
    face_id: faceId,
    reason: REASONS[suspicion],
    closest_person: closestPersonId === null ? null : { person_id: closestPersonId },
  };
}

/** The report on somebody who cannot be measured. */
export function notMeasured(
  verdict: keyof typeof NOT_MEASURED,
  calculator: string | null,
  {
    review,
    autoAssign,
    targetFmr,
  }: { readonly review: number; readonly autoAssign: number; readonly targetFmr: number },
): KeptReport {
  return {
    verdict,
    message: NOT_MEASURED[verdict],
    faces: 0,
    different_faces: 0,
    variety: null,
    genuine_trials: 0,
    impostor_trials: 0,
    rank1_rate: null,
    threshold: autoAssign,
    fnmr: null,
    fmr: null,
    at_review: { threshold: review, fnmr: null, fmr: null },
    recommended_threshold: null,
    target_fmr: targetFmr,
    confused_with: [],
    suspicious_faces: [],
    looks_like: [],
    calculator,
    formula_check: null,
  };
}
