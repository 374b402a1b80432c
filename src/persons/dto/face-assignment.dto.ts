import { ArrayMaxSize, ArrayMinSize, IsArray, IsInt, IsNumber, IsOptional, Matches, Max, Min } from 'class-validator';
import { MAX_ID } from './id-and-page.dto.js';
import { PersonRecord } from './person.dto.js';
import { ShortText, WholeNumber } from './rules.js';

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

/** How callers may name their way of assigning; the service's own names stay its own. */
const METHOD_NAME = /^(?!(?:automatic|confirmed|upload)$)[a-z][a-z0-9_-]{0,31}$/;

/** Faces for a person, with how sure that is and how it is known. */
export class BulkAssignBody extends BatchAssignBody {
  /**
   * How sure that is, 0..1.
   * @example 0.97
   */
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(1)
  confidence?: number;

  /**
   * How it is known, in a word of your own, lower case; left out: bulk. Not automatic, confirmed or upload.
   * @example 'bulk'
   */
  @IsOptional()
  @Matches(METHOD_NAME, { message: 'method must be a word in lower case, and not automatic, confirmed or upload' })
  @ShortText(32)
  method?: string;
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

/** What became of one face. */
export class FaceAssignedResult {
  /** @example 12 */
  faceId!: number;

  /** @example false */
  success!: boolean;

  /**
   * Why not, in words.
   * @example 'The face belongs to another person: reassign it'
   */
  error?: string;

  /** @example 'INVALID_STATE' */
  code?: string;
}

/** What a batch did, face by face. */
export class BulkAssignedAnswer extends BatchAssignedAnswer {
  results!: FaceAssignedResult[];
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
