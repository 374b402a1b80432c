import { IsOptional } from 'class-validator';
import { FaceQualityRecord } from '../quality/quality.dto.js';
import { ShortText } from './rules.js';

/** A face's box in pixels of the upright photo. */
export class FaceBoxRecord {
  /** @example 112 */
  x_min!: number;

  /** @example 80 */
  y_min!: number;

  /** @example 312 */
  x_max!: number;

  /** @example 330 */
  y_max!: number;

  /**
   * The detector's, 0..1.
   * @example 0.99
   */
  probability!: number | null;
}

/** A face as the API shows it. */
export class FaceRecord {
  /** @example 12 */
  id!: number;

  /** @example 9 */
  photo_id!: number;

  /** @example 5 */
  person_id!: number | null;

  /**
   * pending: CompreFace was away, the photo is looked at when it is back. rejected: no usable face.
   * @example 'ready'
   */
  state!: 'pending' | 'ready' | 'rejected';

  /**
   * Whether a training uses it.
   * @example true
   */
  eligible!: boolean;

  /**
   * Why it is not eligible.
   * @example null
   */
  excluded_because!: string | null;

  box!: FaceBoxRecord | null;

  /** @example '/api/faces/12/image' */
  image!: string | null;

  /**
   * upload, manual, bulk or what the caller named; automatic: without asking; confirmed: rightly so or as suggested, somebody said.
   * @example 'upload'
   */
  assignment_method!: string | null;

  /**
   * How sure that assignment was, 0..1: of an automatic one, or a confirmed suggestion, the similarity.
   * @example null
   */
  assignment_confidence!: number | null;

  /**
   * Of a face without a person. unidentified: nobody that it looks like. needs_review: a suggestion waits for an answer. unknown: a
   * stranger, nothing is suggested any more. Null also for one that was never recognised.
   * @example null
   */
  review!: 'unidentified' | 'needs_review' | 'unknown' | null;

  quality!: FaceQualityRecord;

  /** @example '2023-06-17T09:00:00.000Z' */
  created_at!: Date;
}

/** A list of faces. */
export class FaceListAnswer {
  faces!: FaceRecord[];

  /** @example 15 */
  total!: number;
}

/** What goes with the files of an upload. */
export class UploadFacesBody {
  /**
   * For one photo with several faces: the box of the right one, `x_min,y_min,x_max,y_max` in pixels.
   * @example '112,80,312,330'
   */
  @IsOptional()
  @ShortText(100)
  box?: string;
}

/** What became of one file. */
export class FileVerdict {
  /** @example 'IMG_2041.jpg' */
  file!: string;

  /** @example 'accepted' */
  status!: 'accepted' | 'rejected' | 'pending';

  /** @example 12 */
  face_id!: number | null;

  /**
   * Why it was not simply taken: NO_FACE, SEVERAL_FACES, FACE_TOO_SMALL, UNREADABLE_IMAGE, UNSUPPORTED_MEDIA_TYPE, PAYLOAD_TOO_LARGE,
   * DUPLICATE, COMPREFACE_AWAY, INSUFFICIENT_STORAGE, POOR_QUALITY (kept, and not trained).
   * @example null
   */
  code!: string | null;

  /** @example 'The face was taken' */
  message!: string;

  /** Where faces were found, when they were several or too small. */
  boxes?: FaceBoxRecord[];
}

/** One verdict per file, and the faces that were kept. */
export class UploadAnswer {
  files!: FileVerdict[];

  faces!: FaceRecord[];

  /**
   * Files in the request.
   * @example 3
   */
  total!: number;

  /** @example 2 */
  accepted!: number;

  /** @example 1 */
  rejected!: number;

  /** @example 0 */
  pending!: number;
}
