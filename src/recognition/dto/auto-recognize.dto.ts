import { Transform } from 'class-transformer';
import { IsNumber, IsOptional, Max, Min } from 'class-validator';
import { LimitQuery } from '../../persons/dto/id-and-page.dto.js';

const decimal = Transform(({ value }: { value: unknown }) =>
  typeof value === 'string' && /^\d{1,3}(?:\.\d{1,10})?$/.test(value) ? Number(value) : value,
);

/** How many faces to look at again, and how sure to be. */
export class AutoRecognizeQuery extends LimitQuery {
  /**
   * Similarity, 0..1, from which a face is assigned without asking in this call; below the stored auto-assign threshold it has no effect.
   * @example 0.95
   */
  @IsOptional()
  @decimal
  @IsNumber()
  @Min(0)
  @Max(1)
  minConfidence?: number;
}

/** A face and the person whom it was given to, or is suggested for. */
export class RecognizedFaceRecord {
  /** @example 12 */
  face_id!: number;

  /** @example 9 */
  photo_id!: number;

  /** @example 5 */
  person_id!: number;

  /** @example 'John Doe' */
  person_name!: string;

  /** @example 0.973 */
  similarity!: number;
}

/** What looking again brought. */
export class AutoRecognizeAnswer {
  /** @example true */
  success!: boolean;

  /**
   * Faces that were assigned without asking.
   * @example 1
   */
  recognized!: number;

  /**
   * Faces that were looked at.
   * @example 20
   */
  processed!: number;

  /**
   * Faces that wait for an answer now.
   * @example 3
   */
  needsConfirmation!: number;

  /**
   * Persons with at least one verified example.
   * @example 10
   */
  trainedPeople!: number;

  /** The faces that were assigned. */
  results!: RecognizedFaceRecord[];

  /** The faces that wait for an answer. */
  confirmationNeeded!: RecognizedFaceRecord[];

  /** @example 'Recognized 1 of 20 faces, 3 need confirmation' */
  message!: string;
}
