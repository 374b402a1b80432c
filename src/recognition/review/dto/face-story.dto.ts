import { CandidateFaceRecord, CandidateRecord } from './review.dto.js';

/** A person as decisions name them. */
export class NamedPerson {
  /** @example 5 */
  person_id!: number;

  /**
   * Null for a person who is gone.
   * @example 'Jane Doe'
   */
  name!: string | null;
}

/** A decision on a face, and all that it was made of. */
export class DecisionRecord {
  /** @example 31 */
  id!: number;

  /**
   * assigned: without asking. suggested: somebody is asked. unidentified: nobody comes near enough.
   * @example 'suggested'
   */
  outcome!: 'assigned' | 'suggested' | 'unidentified';

  /** Whom it was assigned to or suggested for. */
  person!: NamedPerson | null;

  /**
   * Of the best candidate, 0..1; null without one.
   * @example 0.91
   */
  similarity!: number | null;

  /**
   * Code of the rule that decided.
   * @example 'below_auto_threshold'
   */
  reason!: string;

  /**
   * The same in words, with the numbers.
   * @example 'It looks like this person, but not enough to be assigned without asking. Jane Doe: 0.910; suggested from 0.850, assigned without asking from 0.950.'
   */
  explanation!: string;

  /** As they were then, best first, at most 20; persons who are gone are left out. */
  candidates!: CandidateRecord[];

  /**
   * Similarity from which a person was suggested.
   * @example 0.85
   */
  review_threshold!: number;

  /**
   * Similarity from which a person was assigned without asking.
   * @example 0.95
   */
  auto_assign_threshold!: number;

  /**
   * How much nearer the best person had to be than the second best.
   * @example 0.05
   */
  margin!: number;

  /**
   * The model that compared.
   * @example 'facenet.Calculator'
   */
  calculator!: string;

  /**
   * What was decided together with it.
   * @example 4
   */
  batch_id!: number | null;

  /** @example '2023-06-17T09:00:00.000Z' */
  decided_at!: Date;

  /**
   * What somebody said of it. confirmed: it was right. corrected: it is somebody else. rejected: it is not the person, and nobody
   * knows who it is. Null until then.
   * @example null
   */
  verdict!: 'confirmed' | 'corrected' | 'rejected' | null;

  /** Who it is, when somebody said so. */
  verdict_person!: NamedPerson | null;

  /** @example null */
  judged_at!: Date | null;
}

/** One face, with what was decided on it and why. */
export class FaceStoryAnswer {
  face!: CandidateFaceRecord;

  /** The newest decision; null for a face that was never decided on. */
  decision!: DecisionRecord | null;

  /** The newest 20, newest first. */
  decisions!: DecisionRecord[];

  /** Who it is not, as somebody said: they are never suggested for it. */
  not_these!: NamedPerson[];
}
