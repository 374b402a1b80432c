import { IsNumber, IsOptional, Max, Min } from 'class-validator';
import {
  ClosestPerson,
  FormulaCheck,
  RatesAtThreshold,
  SuspiciousFace,
  ValidationReport,
} from './validation-report.dto.js';

/** What to aim at when everybody is measured. */
export class ValidateAllBody {
  /**
   * Of the photos of nobody enrolled, how many may be taken for somebody at the recommended threshold, per cent.
   * @example 0.1
   */
  @IsOptional()
  @IsNumber({ allowNaN: false, allowInfinity: false })
  @Min(0.001)
  @Max(10)
  targetFmr?: number;
}

/** The measuring has begun. */
export class ValidationStartedAnswer {
  /** @example true */
  success!: boolean;

  /** @example 'Validation of all persons started' */
  message!: string;

  /** @example 3 */
  validationId!: number;
}

/** The error rates of a whole collection at one threshold. */
export class CollectionRates extends RatesAtThreshold {
  /**
   * False positive identification rate: per cent of the faces of nobody enrolled that would be taken for somebody. Each face takes its turn
   * with its own person left out, and marked strangers do. It grows with the number of persons; the false match rate does not.
   * @example 0.05
   */
  fpir!: number | null;
}

/** Somebody whose faces would be taken for somebody else. */
export class Confusion {
  person!: ClosestPerson;

  taken_for!: ClosestPerson;

  /**
   * Faces that reach the threshold of assigning without asking.
   * @example 2
   */
  faces!: number;

  /**
   * Per cent of the person's faces.
   * @example 12.5
   */
  rate!: number;
}

/** A suspicious face, with whose it is. */
export class SuspiciousFaceOfPerson extends SuspiciousFace {
  person!: ClosestPerson;
}

/** Two persons who look like one: merge them, or look for photos that were mixed up. */
export class AlikePersons {
  person!: ClosestPerson;

  looks_like!: ClosestPerson;
}

/** Persons whose photos say too little: up to 100. */
export class PersonsWithPoorPhotos {
  /** @example 3 */
  total!: number;

  persons!: ClosestPerson[];
}

/** What was done about faces without an embedding of the engine's calculator. */
export class BackfillRecord {
  /** @example 120 */
  added!: number;

  /**
   * Faces in whose stored crop the engine finds no face any more.
   * @example 0
   */
  left_out!: number;

  /**
   * Whether the engine went away meanwhile, so that faces are missing from the measurement.
   * @example false
   */
  stopped!: boolean;
}

/** How well people are recognised, over the whole collection. */
export class ValidationSummary {
  /** @example 500 */
  persons!: number;

  /**
   * Eligible faces and marked strangers with an embedding.
   * @example 10000
   */
  faces!: number;

  /**
   * Faces that somebody marked as strangers.
   * @example 12
   */
  strangers!: number;

  /** @example 9988 */
  genuine_trials!: number;

  /** @example 4990000 */
  impostor_trials!: number;

  /**
   * Faces that took the part of a stranger.
   * @example 10000
   */
  identification_trials!: number;

  /** @example 99.8 */
  rank1_rate!: number | null;

  /** @example 0.1 */
  target_fmr!: number;

  /**
   * The lowest threshold, from 0.5 up, at which at most `target_fmr` per cent of the faces of nobody enrolled would be taken for somebody;
   * the false match rate is not above it then, either. Null with less than ten faces.
   * @example 0.93
   */
  recommended_threshold!: number | null;

  /**
   * counted: there were trials enough to see that rate. estimated: too few; the tail of the scores was extended as that of a normal
   * distribution, and the threshold is not below any score that was seen. kept: the estimate is below the threshold in use, and too few trials
   * do not vouch for a lower one; the points of `roc` show what was seen there.
   * @example 'counted'
   */
  recommended_basis!: 'counted' | 'estimated' | 'kept' | null;

  at_review!: CollectionRates;

  at_auto_assign!: CollectionRates;

  at_recommended!: CollectionRates | null;

  /** At most 100 points. */
  roc!: CollectionRates[];

  /** Up to 100, most faces first. */
  confused_with!: Confusion[];

  /** @example 10 */
  suspicious_total!: number;

  /** Up to 100. */
  suspicious_faces!: SuspiciousFaceOfPerson[];

  too_few_faces!: PersonsWithPoorPhotos;

  too_similar_faces!: PersonsWithPoorPhotos;

  look_alike!: AlikePersons[];

  formula_check!: FormulaCheck;

  backfill!: BackfillRecord;
}

/** How far a measurement is. */
export class ValidationProgress {
  /** @example 10000 */
  total!: number;

  /** @example 2500 */
  done!: number;

  /** @example 25 */
  percent!: number;
}

/** Why nothing was measured. */
export class ValidationFailure {
  /** @example 'INTERRUPTED' */
  code!: string;

  /** @example 'The process that measured was stopped: start another validation' */
  message!: string;
}

/** A measurement of all persons. */
export class ValidationRunRecord {
  /** @example 3 */
  id!: number;

  /** @example 'completed' */
  state!: 'running' | 'completed' | 'failed';

  /** @example '2023-06-17T09:55:00.000Z' */
  started_at!: Date;

  /** @example '2023-06-17T09:55:20.000Z' */
  completed_at!: Date | null;

  progress!: ValidationProgress;

  /** @example 'facenet.Calculator' */
  calculator!: string | null;

  error!: ValidationFailure | null;

  /** Null until it is completed. */
  summary!: ValidationSummary | null;
}

/** Measurements, newest first. */
export class ValidationRunsAnswer {
  /** @example true */
  success!: boolean;

  validations!: ValidationRunRecord[];

  /** @example 12 */
  total!: number;
}

/** What a measurement found about one person. */
export class PersonInValidation {
  person!: ClosestPerson;

  validation!: ValidationReport;
}

/** A measurement, with a page of persons. */
export class ValidationRunAnswer {
  /** @example true */
  success!: boolean;

  validation!: ValidationRunRecord;

  persons!: PersonInValidation[];

  /**
   * Persons in all.
   * @example 500
   */
  total!: number;
}

/** The newest measurement of a person. */
export class PersonValidationAnswer {
  /** @example true */
  success!: boolean;

  /** @example 5 */
  person_id!: number;

  /**
   * The validation job; null when it was a validation of all persons.
   * @example 7
   */
  job_id!: number | null;

  /**
   * The validation of all persons; null when it was a job.
   * @example null
   */
  validation_id!: number | null;

  /** @example '2023-06-17T09:55:00.000Z' */
  measured_at!: Date;

  validation!: ValidationReport;
}
