import { ArrayMaxSize, ArrayMinSize, IsArray, IsInt, IsOptional, Max, Min } from 'class-validator';
import { PersonRecord } from './person.dto.js';
import { MAX_ID } from './id-and-page.dto.js';
import { ShortText, WholeNumber } from './rules.js';

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

  /** @example 'upload' */
  assignment_method!: string | null;

  /** @example '2023-06-17T09:00:00.000Z' */
  created_at!: Date;
}

/** A list of faces. */
export class FaceListAnswer {
  faces!: FaceRecord[];

  /** @example 15 */
  total!: number;
}

/** One face. */
export class FaceAnswer {
  face!: FaceRecord;
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
   * DUPLICATE, COMPREFACE_AWAY, INSUFFICIENT_STORAGE.
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

/** A face for a person. */
export class AssignFaceBody {
  /** @example 12 */
  @WholeNumber(1, MAX_ID)
  faceId!: number;

  /** @example 5 */
  @WholeNumber(1, MAX_ID)
  personId!: number;
}

/** Faces for a person. */
export class BatchAssignBody {
  /**
   * 1 to 200 face ids.
   * @example [12, 13]
   */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(200)
  @IsInt({ each: true })
  @Min(1, { each: true })
  @Max(MAX_ID, { each: true })
  faceIds!: number[];

  /** @example 5 */
  @WholeNumber(1, MAX_ID)
  personId!: number;
}

/** Another person for a face. */
export class ReassignFaceBody {
  /** @example 6 */
  @WholeNumber(1, MAX_ID)
  personId!: number;
}

/** A face changed hands. */
export class FaceAssignedAnswer {
  /** @example true */
  success!: boolean;

  /** @example 'Face assigned' */
  message!: string;

  person!: PersonRecord;
}

/** What a batch did. */
export class BatchAssignedAnswer extends FaceAssignedAnswer {
  /** @example 2 */
  successCount!: number;

  /** @example 0 */
  errorCount!: number;
}

/** A face left a person, or is gone. */
export class FaceWithdrawnAnswer {
  /** @example true */
  success!: boolean;

  /** @example 'Face deleted' */
  message!: string;

  /**
   * pending: its example leaves the collection in a moment, by itself.
   * @example 'pending'
   */
  withdrawal!: 'done' | 'pending';
}
