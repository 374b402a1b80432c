/** Somebody whose faces would be taken for the person. */
export class ConfusedPerson {
  /** @example 7 */
  person_id!: number;

  /** @example 'James Smith' */
  name!: string;

  /**
   * Per cent of that person's faces.
   * @example 12.5
   */
  rate!: number;
}

/** A face that spoils recognition. */
export class SuspiciousFace {
  /** @example 12 */
  face_id!: number;

  /** @example 'Closer to another person than to its own' */
  reason!: string;

  closest_person!: ClosestPerson | null;
}

/** The person that a suspicious face resembles. */
export class ClosestPerson {
  /** @example 7 */
  person_id!: number;

  /** @example 'James Smith' */
  name!: string;
}

/** Would a new photo of this person be recognised, and would anyone else be taken for them? Measured without touching the collection. */
export class ValidationReport {
  /**
   * measured, or why not: not_enough_different_photos, unknown_calculator, no_embeddings.
   * @example 'measured'
   */
  verdict!: string;

  /**
   * Faces that were left out in turn and scored against the person's others.
   * @example 15
   */
  genuine_trials!: number;

  /**
   * Faces of others that were scored against the person.
   * @example 180
   */
  impostor_trials!: number;

  /**
   * Per cent of the trials in which the nearest example was the person's own.
   * @example 100
   */
  rank1_rate!: number | null;

  /**
   * False non-match rate: per cent of the person's faces below the threshold (ISO/IEC 19795-1).
   * @example 6.7
   */
  fnmr!: number | null;

  /**
   * False match rate: per cent of the others' faces at or above the threshold (ISO/IEC 19795-1).
   * @example 0
   */
  fmr!: number | null;

  /**
   * The threshold that the two rates hold for.
   * @example 0.95
   */
  threshold!: number;

  /**
   * The lowest threshold with a false match rate of at most 0.1 per cent; null without others to compare with.
   * @example 0.72
   */
  recommended_threshold!: number | null;

  confused_with!: ConfusedPerson[];

  suspicious_faces!: SuspiciousFace[];

  /**
   * The model that made the embeddings.
   * @example 'facenet.Calculator'
   */
  calculator!: string | null;
}
