import { RecognitionFigures } from './recognition-stats.dto.js';

/** Persons by how they stand. */
export class PersonsOverview {
  /** @example 25 */
  total!: number;

  /** @example 10 */
  trained!: number;

  /** @example 1 */
  training!: number;

  /** @example 13 */
  untrained!: number;

  /** @example 1 */
  failed!: number;
}

/** Faces by how they stand. */
export class FacesOverview {
  /** @example 840 */
  total!: number;

  /**
   * With a person.
   * @example 600
   */
  assigned!: number;

  /**
   * Those that a training uses.
   * @example 570
   */
  eligible!: number;

  /**
   * Without a person, and nobody knows whose they are.
   * @example 180
   */
  unidentified!: number;

  /**
   * A suggestion waits for an answer.
   * @example 40
   */
  needs_review!: number;

  /**
   * Somebody said that they are strangers'.
   * @example 20
   */
  unknown!: number;

  /**
   * Assigned without asking, and nobody has confirmed it.
   * @example 12
   */
  not_confirmed!: number;

  /** @example 3 */
  marked_invalid!: number;

  /**
   * Kept out of training for their quality.
   * @example 15
   */
  poor_quality!: number;

  /**
   * Not looked at yet: CompreFace was away.
   * @example 0
   */
  pending!: number;

  /**
   * Looked at, no usable face.
   * @example 2
   */
  rejected!: number;
}

/** Photos by how they came. */
export class PhotosOverview {
  /** @example 700 */
  total!: number;

  /**
   * Sent for themselves, to be recognised; the others were sent as a person's.
   * @example 100
   */
  for_recognition!: number;

  /**
   * Of those: not looked at yet.
   * @example 0
   */
  pending!: number;
}

/** A training that ended well. */
export class NewestTraining {
  /** @example 10 */
  job_id!: number;

  /** @example 5 */
  person_id!: number;

  /** @example '2023-06-17T10:30:00.000Z' */
  completed_at!: Date;
}

/** Training jobs by state, validation jobs left out. */
export class JobsOverview {
  /** @example 0 */
  pending!: number;

  /** @example 0 */
  running!: number;

  /** @example 48 */
  completed!: number;

  /** @example 2 */
  failed!: number;

  /** @example 0 */
  cancelled!: number;

  newest_training!: NewestTraining | null;
}

/** Faces that one thing is wrong with. */
export class RefusedFaces {
  /**
   * Code of the worst thing.
   * @example 'too_small'
   */
  code!: string;

  /** @example 7 */
  faces!: number;
}

/** How good the faces are. */
export class QualityOverview {
  /**
   * Faces whose quality was measured.
   * @example 800
   */
  measured!: number;

  /**
   * Of those: too low.
   * @example 15
   */
  refused!: number;

  /**
   * Of those: trained anyway, as somebody wished.
   * @example 2
   */
  train_anyway!: number;

  /** What was wrong, the most frequent first. */
  reasons!: RefusedFaces[];
}

/** The face collection, as our ledger knows it. */
export class CollectionOverview {
  /** @example 570 */
  examples!: number;

  /**
   * Faces and persons that are on their way out.
   * @example 0
   */
  withdrawals_pending!: number;
}

/** The newest measurement of the whole collection. */
export class ValidationOverview {
  /** @example 3 */
  validation_id!: number;

  /** @example '2023-06-17T10:30:00.000Z' */
  completed_at!: Date | null;

  /**
   * Per cent of the trials in which the nearest example was the person's own.
   * @example 98.5
   */
  rank1_rate!: number | null;

  /**
   * False non-match rate, per cent, at the threshold from which a face is assigned without asking.
   * @example 4.2
   */
  fnmr!: number | null;

  /**
   * False match rate, per cent, at the threshold from which a face is assigned without asking.
   * @example 0.1
   */
  fmr!: number | null;

  /** @example 0.93 */
  recommended_threshold!: number | null;
}

/** The whole picture. */
export class OverviewAnswer {
  /** @example true */
  success!: boolean;

  persons!: PersonsOverview;

  faces!: FacesOverview;

  photos!: PhotosOverview;

  jobs!: JobsOverview;

  /** Decisions that were judged in the last 30 days. */
  recognition!: RecognitionFigures;

  quality!: QualityOverview;

  collection!: CollectionOverview;

  /** Null before the whole collection was measured. */
  validation!: ValidationOverview | null;
}
