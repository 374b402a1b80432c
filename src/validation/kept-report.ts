import type { ConfusedPerson, SuspiciousFace, ValidationReport } from './dto/validation-report.dto.js';
import type { PersonNames } from './person-names.js';

interface KeptPerson {
  readonly person_id: number;
}

export interface KeptSuspiciousFace extends Omit<SuspiciousFace, 'closest_person'> {
  readonly closest_person: KeptPerson | null;
}

type PersonLists = 'confused_with' | 'suspicious_faces' | 'looks_like';

/** The report of a validation job as it is kept, as JSON: with the ids of other persons and without their names, which may change or go. */
export interface KeptReport extends Omit<ValidationReport, PersonLists> {
  readonly confused_with: readonly Omit<ConfusedPerson, 'name'>[];
  readonly suspicious_faces: readonly KeptSuspiciousFace[];
  readonly looks_like: readonly KeptPerson[];
}

/** Of whom the ids stand in a report. */
export function personIdsInReport({ confused_with, suspicious_faces, looks_like }: KeptReport): number[] {
  const closest = suspicious_faces.flatMap(({ closest_person }) => closest_person ?? []);
  return [...confused_with, ...closest, ...looks_like].map(({ person_id }) => person_id);
}

/** A kept report as the API shows it. */
export function withNames(kept: KeptReport, names: PersonNames): ValidationReport {
  return {
    ...kept,
    confused_with: kept.confused_with.map(({ person_id, rate }) => ({ ...names.of(person_id), rate })),
    suspicious_faces: kept.suspicious_faces.map((face) => withClosestName(face, names)),
    looks_like: kept.looks_like.map(({ person_id }) => names.of(person_id)),
  };
}

export function withClosestName(face: KeptSuspiciousFace, names: PersonNames): SuspiciousFace {
  const { closest_person } = face;
  return { ...face, closest_person: closest_person && names.of(closest_person.person_id) };
}
