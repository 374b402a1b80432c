import { IsIn, IsOptional, Matches } from 'class-validator';
import { LimitQuery, MAX_ID } from '../../persons/dto/id-and-page.dto.js';
import { WholeNumberText } from '../../persons/dto/rules.js';

export const BUCKETS = ['day', 'week', 'month'] as const;
export type Bucket = (typeof BUCKETS)[number];

const MOMENT = /^(19[7-9]\d|[2-9]\d{3})-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z)?$/;
const message = 'must be a date such as 2026-01-31, or a time in UTC such as 2026-01-31T09:00:00Z';

/** Which judged decisions to count. */
export class RecognitionStatsQuery extends LimitQuery {
  /**
   * Judged then or later, a date or a time in UTC; left out: 30 days before `to`.
   * @example '2023-06-01'
   */
  @IsOptional()
  @Matches(MOMENT, { message: `from ${message}` })
  from?: string;

  /**
   * Judged before then; left out: now.
   * @example '2023-07-01'
   */
  @IsOptional()
  @Matches(MOMENT, { message: `to ${message}` })
  to?: string;

  /**
   * How long each bucket is, in UTC; a week starts on Monday. At most 400 buckets.
   * @example 'day'
   */
  @IsOptional()
  @IsIn(BUCKETS)
  bucket: Bucket = 'day';

  /**
   * Only what concerns this person: decisions for them, and faces that are theirs.
   * @example 5
   */
  @IsOptional()
  @WholeNumberText(1, MAX_ID)
  person_id?: number;
}

/**
 * How right the recognition was, as people judged it. Only judged decisions count: faces that nobody confirmed, corrected or rejected say
 * nothing. People look at doubtful faces first, so that these figures are rather too low than too high.
 */
export class RecognitionFigures {
  /**
   * Decisions that somebody judged.
   * @example 120
   */
  judged!: number;

  /**
   * Of them: assigned without asking.
   * @example 80
   */
  assigned!: number;

  /**
   * Of those: rightly.
   * @example 78
   */
  assigned_right!: number;

  /**
   * Of the judged ones: suggested.
   * @example 30
   */
  suggested!: number;

  /**
   * Of those: the right person.
   * @example 27
   */
  suggested_right!: number;

  /**
   * Of the judged ones: for nobody.
   * @example 10
   */
  unidentified!: number;

  /**
   * Judged faces of known persons: somebody said whose they are.
   * @example 110
   */
  of_known_persons!: number;

  /**
   * Judged faces of which nobody knows whose they are.
   * @example 10
   */
  of_strangers!: number;

  /**
   * Faces of strangers that were assigned without asking.
   * @example 0
   */
  strangers_assigned!: number;

  /**
   * Per cent: rightly assigned of all judged that were assigned without asking; null without any.
   * @example 97.5
   */
  precision!: number | null;

  /**
   * Per cent: rightly assigned without asking, of all judged faces of known persons; null without any. A right suggestion does not
   * count: somebody had to be asked.
   * @example 70.9
   */
  recall!: number | null;

  /**
   * Per cent: right ones of the judged suggestions; null without any.
   * @example 90
   */
  suggestion_accuracy!: number | null;

  /**
   * Mean similarity, 0..1, of right assignments and suggestions; null without any.
   * @example 0.981
   */
  mean_similarity_right!: number | null;

  /**
   * The same of wrong ones.
   * @example 0.902
   */
  mean_similarity_wrong!: number | null;
}

/** One stretch of time. */
export class RecognitionBucket extends RecognitionFigures {
  /**
   * Its first day, in UTC.
   * @example '2023-06-17'
   */
  start!: string;
}

/** One person: precision and suggestions by whom was decided for, recall by whose faces they were. */
export class RecognitionOfPerson extends RecognitionFigures {
  /** @example 5 */
  person_id!: number;

  /**
   * Null for a person who is gone.
   * @example 'Jane Doe'
   */
  name!: string | null;
}

/** How right the recognition was over time, and for whom. */
export class RecognitionStatsAnswer {
  /** @example true */
  success!: boolean;

  /** @example '2023-06-01T00:00:00.000Z' */
  from!: Date;

  /** @example '2023-07-01T00:00:00.000Z' */
  to!: Date;

  /** @example 'day' */
  bucket!: 'day' | 'week' | 'month';

  totals!: RecognitionFigures;

  /** By when it was judged; also those in which nothing was. */
  buckets!: RecognitionBucket[];

  /** Those with the most judged decisions first. */
  persons!: RecognitionOfPerson[];

  /**
   * Persons in all.
   * @example 25
   */
  totalPersons!: number;
}
