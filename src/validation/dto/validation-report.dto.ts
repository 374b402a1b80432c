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

/** A person, named. */
export class ClosestPerson {
  /** @example 7 */
  person_id!: number;

  /** @example 'James Smith' */
  name!: string;
}

/** A face that spoils recognition. */
export class SuspiciousFace {
  /** @example 12 */
  face_id!: number;

  /** @example 'Looks more like another person than like this one: look at it, then reassign or delete it' */
  reason!: string;

  /** The person that it resembles; null for nobody. */
  closest_person!: ClosestPerson | null;
}

/** The error rates of comparisons at one threshold. */
export class RatesAtThreshold {
  /**
   * Similarity, 0..1.
   * @example 0.95
   */
  threshold!: number;

  /**
   * False non-match rate: per cent of the left-out faces below the threshold (ISO/IEC 19795-1).
   * @example 6.7
   */
  fnmr!: number | null;

  /**
   * False match rate: per cent of the comparisons of a face with another person, whose nearest example decides, at or above the threshold.
   * @example 0.012
   */
  fmr!: number | null;
}

/** Whether the formula that is measured with is the one that the engine in use answers with. */
export class FormulaCheck {
  /**
   * Pairs of trained faces whose similarity the engine was asked for.
   * @example 6
   */
  compared!: number;

  /**
   * The largest difference of similarity, 0..1, between the engine's answer and ours; null when nothing was compared.
   * @example 0.00001
   */
  largest_difference!: number | null;

  /**
   * Whether it is at most 0.001; null when nothing was compared.
   * @example true
   */
  agrees!: boolean | null;

  /** @example 'The engine answers the similarities that were measured with' */
  message!: string;
}

/** Would a new photo of this person be recognised, and would anyone else be taken for them? Measured without touching the collection. */
export class ValidationReport {
  /**
   * measured, or why not: not_enough_different_photos, unknown_calculator, no_embeddings.
   * @example 'measured'
   */
  verdict!: string;

  /**
   * The verdict in words, and what to do.
   * @example 'Every photo was left out in turn and compared with the others'
   */
  message!: string;

  /**
   * Eligible faces.
   * @example 15
   */
  faces!: number;

  /**
   * Those without faces of the same photo and near-identical copies.
   * @example 15
   */
  different_faces!: number;

  /**
   * too_few: less than three different photos. too_similar: all show nearly the same. null: they say enough.
   * @example null
   */
  variety!: 'too_few' | 'too_similar' | null;

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
   * The threshold that the two rates hold for: that of assigning without asking.
   * @example 0.95
   */
  threshold!: number;

  /** The rates at the threshold from which a person is suggested. */
  at_review!: RatesAtThreshold;

  /**
   * The lowest threshold, from 0.5 up, with the false match rate that is aimed at, and with too few trials to count that none below the
   * threshold in use; null with less than ten faces of others.
   * @example 0.72
   */
  recommended_threshold!: number | null;

  /**
   * The false match rate that is aimed at, per cent.
   * @example 0.1
   */
  target_fmr!: number;

  confused_with!: ConfusedPerson[];

  /** The worst 25. */
  suspicious_faces!: SuspiciousFace[];

  /** Persons who look like one and the same as this one. */
  looks_like!: ClosestPerson[];

  /**
   * The model that made the embeddings.
   * @example 'facenet.Calculator'
   */
  calculator!: string | null;

  /** Of a validation job; null in a validation of everybody, which has one for all. */
  formula_check!: FormulaCheck | null;
}
