import type { ValidationSummary } from './dto/validation-runs.dto.js';
import type { CollectionMeasurement } from './measurement.js';
import type { PersonNames } from './person-names.js';
import { toSuspiciousFace } from './validation-report.js';
import type { KeptSummary } from './validation-runs.js';

/** Of whom the ids stand in a summary. */
export function idsInSummary({ measured }: KeptSummary): number[] {
  return [
    ...measured.confusions.flatMap(({ personId, takenForPersonId }) => [personId, takenForPersonId]),
    ...measured.suspiciousFaces.flatMap(({ personId, closestPersonId }) => [personId, closestPersonId ?? personId]),
    ...measured.tooFewPersonIds,
    ...measured.tooSimilarPersonIds,
    ...measured.alike.flat(),
  ];
}

/** A summary as the API shows it. */
export function toSummary({ measured, formula, backfill }: KeptSummary, names: PersonNames): ValidationSummary {
  return {
    persons: measured.persons,
    faces: measured.faces,
    strangers: measured.strangers,
    genuine_trials: measured.genuineTrials,
    impostor_trials: measured.impostorTrials,
    identification_trials: measured.identificationTrials,
    rank1_rate: measured.rank1Rate,
    target_fmr: measured.targetFmr,
    recommended_threshold: measured.recommended?.threshold ?? null,
    recommended_basis: measured.recommended?.basis ?? null,
    at_review: measured.atReview,
    at_auto_assign: measured.atAutoAssign,
    at_recommended: measured.atRecommended,
    roc: [...measured.roc],
    ...peopleIn(measured, names),
    formula_check: formula,
    backfill: { added: backfill.added, left_out: backfill.left, stopped: backfill.stopped },
  };
}

function peopleIn(
  measured: CollectionMeasurement,
  names: PersonNames,
): Pick<
  ValidationSummary,
  'confused_with' | 'suspicious_total' | 'suspicious_faces' | 'too_few_faces' | 'too_similar_faces' | 'look_alike'
> {
  return {
    confused_with: measured.confusions.map(({ personId, takenForPersonId, faces, rate }) => ({
      person: names.of(personId),
      taken_for: names.of(takenForPersonId),
      faces,
      rate,
    })),
    suspicious_total: measured.suspiciousTotal,
    suspicious_faces: measured.suspiciousFaces.map((face) => ({
      ...toSuspiciousFace(face, names),
      person: names.of(face.personId),
    })),
    too_few_faces: { total: measured.tooFewTotal, persons: measured.tooFewPersonIds.map((id) => names.of(id)) },
    too_similar_faces: {
      total: measured.tooSimilarTotal,
      persons: measured.tooSimilarPersonIds.map((id) => names.of(id)),
    },
    look_alike: measured.alike.map(([a, b]) => ({ person: names.of(a), looks_like: names.of(b) })),
  };
}
