import { CandidateFaceRecord } from '../review/dto/review.dto.js';

/** A photo as the API shows it. */
export class PhotoRecord {
  /** @example 9 */
  id!: number;

  /**
   * pending: CompreFace was away, the photo is looked at when it is back. examined: its faces are known. rejected: CompreFace cannot work
   * with it.
   * @example 'examined'
   */
  state!: 'pending' | 'examined' | 'rejected';

  /** @example 'IMG_2041.jpg' */
  original_name!: string;

  /**
   * Pixels of the upright photo.
   * @example 4032
   */
  width!: number;

  /** @example 3024 */
  height!: number;

  /**
   * Path of the upright photo.
   * @example '/api/photos/9/image'
   */
  image!: string;

  /** @example 2 */
  face_count!: number;

  /** @example '2023-06-17T09:00:00.000Z' */
  created_at!: Date;
}

/** What was decided on a face, and why. */
export class PhotoFaceDecision {
  /**
   * assigned: given to the person without asking. suggested: waits for an answer. unidentified: nobody comes near enough.
   * @example 'assigned'
   */
  outcome!: 'assigned' | 'suggested' | 'unidentified';

  /**
   * Code of the rule that decided.
   * @example 'clear_match'
   */
  reason!: string;

  /**
   * The same in words.
   * @example 'It looks like this person, and like nobody else: assigned without asking'
   */
  message!: string;

  /**
   * Whom it was assigned to or suggested for.
   * @example 5
   */
  person_id!: number | null;

  /**
   * Of the best candidate, 0..1.
   * @example 0.973
   */
  similarity!: number | null;

  /** @example '2023-06-17T09:00:00.000Z' */
  decided_at!: Date;
}

/** A face of a photo, with whom it looks like. */
export class PhotoFaceRecord extends CandidateFaceRecord {
  /** The newest decision; null for a face that was never recognised. */
  decision!: PhotoFaceDecision | null;
}

/** A photo with its faces. */
export class PhotoAnswer {
  photo!: PhotoRecord;

  faces!: PhotoFaceRecord[];
}

/** A photo that was sent, with its faces. */
export class PhotoTakenAnswer extends PhotoAnswer {
  /**
   * Whether the very same file was here already; nothing was stored then.
   * @example false
   */
  duplicate!: boolean;
}

/** A page of photos, newest first. */
export class PhotoListAnswer {
  photos!: PhotoRecord[];

  /** @example 120 */
  total!: number;
}

/** A photo is gone. */
export class PhotoDeletedAnswer {
  /** @example true */
  success!: boolean;

  /** @example 'Photo deleted' */
  message!: string;

  /** @example 2 */
  faces_deleted!: number;

  /**
   * pending: examples of its faces leave the collection in a moment, by themselves.
   * @example 'pending'
   */
  withdrawal!: 'done' | 'pending';
}
