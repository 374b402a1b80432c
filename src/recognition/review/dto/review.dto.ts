import { Transform } from 'class-transformer';
import { IsBoolean, IsNumber, IsOptional, Max, Min } from 'class-validator';
import { FaceRecord } from '../../../persons/dto/face.dto.js';
import { MAX_ID, PageQuery } from '../../../persons/dto/id-and-page.dto.js';
import { PersonRecord } from '../../../persons/dto/person.dto.js';
import { WholeNumber } from '../../../persons/dto/rules.js';

/** A person that a face looks like. */
export class CandidateRecord {
  /** @example 5 */
  person_id!: number;

  /** @example 'Jane Doe' */
  name!: string;

  /**
   * With the person's nearest example, 0..1.
   * @example 0.91
   */
  similarity!: number;
}

/** A face with the persons that it looks like. */
export class CandidateFaceRecord extends FaceRecord {
  /** At most five, best first; without those who it is not. */
  candidates!: CandidateRecord[];

  /** Of a face that needs review: whom to confirm or reject. */
  suggested_person!: CandidateRecord | null;
}

/** Which waiting faces. */
export class WaitingFacesQuery extends PageQuery {
  /**
   * Only those whose best candidate was at least so similar, 0..1, when they were last compared, whoever was ruled out since.
   * @example 0.9
   */
  @IsOptional()
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value,
  )
  @IsNumber()
  @Min(0)
  @Max(1)
  minConfidence?: number;
}

/** Which faces need review. */
export class NeedsReviewQuery extends WaitingFacesQuery {
  /**
   * Also those that were assigned without asking and that nobody has confirmed.
   * @example true
   */
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  includeAutomatic: boolean = false;
}

/** Faces that wait, newest first. */
export class WaitingFacesAnswer {
  faces!: CandidateFaceRecord[];

  /**
   * In this answer.
   * @example 12
   */
  count!: number;

  /**
   * In all.
   * @example 12
   */
  totalCount!: number;
}

/** An answer to a suggestion. */
export class ReviewFaceBody {
  /**
   * true: it is this person. false: it is not whom it was suggested for or assigned to; that person is never suggested for it again.
   * @example true
   */
  @IsBoolean()
  approved!: boolean;

  /**
   * Who it is; only together with `approved: true`. Left out: whom it is suggested for or was assigned to. Name the person that you
   * saw: a suggestion may have changed since.
   * @example 5
   */
  @IsOptional()
  @WholeNumber(1, MAX_ID)
  personId?: number;
}

/** What became of a reviewed face. */
export class FaceReviewedAnswer {
  /** @example true */
  success!: boolean;

  /** @example 'Face confirmed' */
  message!: string;

  face!: FaceRecord;

  /** Whose it is now. */
  person!: PersonRecord | null;

  /**
   * pending: an example of it leaves the collection in a moment, by itself.
   * @example 'done'
   */
  withdrawal!: 'done' | 'pending';
}
