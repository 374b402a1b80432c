import { Transform } from 'class-transformer';
import { IsNumber, IsOptional, Max, Min } from 'class-validator';
import { BatchAssignBody, BulkAssignedAnswer } from '../../../persons/dto/face-assignment.dto.js';
import { FaceRecord } from '../../../persons/dto/face.dto.js';
import { MAX_ID } from '../../../persons/dto/id-and-page.dto.js';
import { CreatePersonBody } from '../../../persons/dto/person.dto.js';
import { WholeNumber, WholeNumberText } from '../../../persons/dto/rules.js';
import { ApiProperty, IntersectionType, PartialType, PickType } from '@nestjs/swagger';
import { NamedPerson } from './face-story.dto.js';
import { CandidateFaceRecord } from './review.dto.js';

/** How many similar faces. */
export class SimilarFacesQuery {
  /**
   * Most faces to answer with.
   * @example 10
   */
  @IsOptional()
  @WholeNumberText(1, 100)
  limit: number = 20;
}

/** A face that is similar to another. */
export class SimilarFaceRecord extends FaceRecord {
  /**
   * As CompreFace would say, 0..1.
   * @example 0.93
   */
  similarity!: number;

  /** Whose it is. */
  person!: NamedPerson | null;
}

/** The faces that are most similar to one, best first. */
export class SimilarFacesAnswer {
  faces!: SimilarFaceRecord[];

  /**
   * In this answer.
   * @example 10
   */
  count!: number;

  /**
   * Faces that were compared.
   * @example 4200
   */
  compared!: number;

  /**
   * false: there are more faces than are compared at once; the newest were.
   * @example true
   */
  complete!: boolean;

  /**
   * The model that made the embeddings.
   * @example 'facenet.Calculator'
   */
  calculator!: string;
}

/** Which groups. */
export class FaceGroupsQuery {
  /**
   * Fewest faces that make a group.
   * @example 2
   */
  @IsOptional()
  @WholeNumberText(2, 200)
  minSize: number = 2;

  /**
   * Most groups to answer with.
   * @example 20
   */
  @IsOptional()
  @WholeNumberText(1, 50)
  limit: number = 20;

  /**
   * How similar, 0.5 to 1, each face of a group must be to the one in its middle; left out: the auto-assign threshold.
   * @example 0.95
   */
  @IsOptional()
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value,
  )
  @IsNumber()
  @Min(0.5)
  @Max(1)
  minSimilarity?: number;
}

/** Faces that nobody has named and that look alike. */
export class FaceGroupRecord {
  /**
   * Faces in the group.
   * @example 14
   */
  size!: number;

  /**
   * The face that all others of the group are similar to.
   * @example 12
   */
  middle_face_id!: number;

  /**
   * The least similarity to the middle, 0..1.
   * @example 0.961
   */
  least_similarity!: number;

  /**
   * At most 200, the middle first, then the most similar: what `name-group` takes.
   * @example [12, 13]
   */
  face_ids!: number[];

  /** The first ten of them. */
  faces!: CandidateFaceRecord[];
}

/** Groups of similar faces that nobody has named, the largest first. */
export class FaceGroupsAnswer {
  groups!: FaceGroupRecord[];

  /**
   * In this answer.
   * @example 3
   */
  count!: number;

  /**
   * In all.
   * @example 3
   */
  totalCount!: number;

  /**
   * Faces that were compared with each other.
   * @example 840
   */
  compared!: number;

  /**
   * false: more faces wait than are compared at once; the newest 3,000 were.
   * @example true
   */
  complete!: boolean;

  /**
   * The similarity that was asked for.
   * @example 0.95
   */
  minSimilarity!: number;

  /**
   * The model that made the embeddings; null without any.
   * @example 'facenet.Calculator'
   */
  calculator!: string | null;
}

/** Faces that are all one person: give either a `name` for a new one, or the `personId` of one who is there. */
export class NameGroupBody extends IntersectionType(
  PickType(BatchAssignBody, ['faceIds']),
  PartialType(PickType(CreatePersonBody, ['name'])),
) {
  /**
   * Instead of `name`: somebody who is there already.
   */
  @IsOptional()
  @WholeNumber(1, MAX_ID)
  @ApiProperty({ nullable: true, example: null })
  personId?: number | null;
}

/** Whose the faces are now, face by face. */
export class GroupNamedAnswer extends BulkAssignedAnswer {
  /**
   * Whether the person is new.
   * @example true
   */
  created!: boolean;
}
