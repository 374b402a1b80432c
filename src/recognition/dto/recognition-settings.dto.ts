import { IsBoolean, IsNumber, IsOptional, Max, Min } from 'class-validator';

/** The settings of recognition; what is left out stays. */
export class UpdateRecognitionSettingsBody {
  /**
   * Similarity, 0..1, from which a person is suggested; at most `autoAssignThreshold`.
   * @example 0.85
   */
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(1)
  reviewThreshold?: number;

  /**
   * Similarity, 0..1, from which a face is assigned without asking; at most `learnThreshold`.
   * @example 0.95
   */
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(1)
  autoAssignThreshold?: number;

  /**
   * How much nearer, 0..1, the best person must be than the second best for an assignment without asking.
   * @example 0.05
   */
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(1)
  margin?: number;

  /**
   * Whether faces that were assigned without asking are trained before anybody has confirmed them.
   * @example false
   */
  @IsOptional()
  @IsBoolean()
  learnAutomatically?: boolean;

  /**
   * Similarity, 0..1, from which such a face is trained.
   * @example 0.98
   */
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(1)
  learnThreshold?: number;

  /**
   * Most of a person's eligible faces that may be such faces, per cent.
   * @example 20
   */
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(100)
  learnMaxShare?: number;
}

/** The stored settings of recognition. */
export class RecognitionSettingsRecord {
  /** @example 0.85 */
  reviewThreshold!: number;

  /** @example 0.95 */
  autoAssignThreshold!: number;

  /** @example 0.05 */
  margin!: number;

  /** @example false */
  learnAutomatically!: boolean;

  /** @example 0.98 */
  learnThreshold!: number;

  /**
   * Per cent.
   * @example 20
   */
  learnMaxShare!: number;
}

/** The stored settings. */
export class RecognitionSettingsAnswer {
  /** @example true */
  success!: boolean;

  settings!: RecognitionSettingsRecord;
}
