import { Type } from 'class-transformer';
import { IsBoolean, IsNumber, IsObject, IsOptional, Max, Min, ValidateNested } from 'class-validator';
import { ShortText, WholeNumber } from '../../persons/dto/rules.js';

/** Which people are trained by themselves; what is left out comes from the stored settings. */
export class AutoTrainRules {
  /**
   * false queues nothing.
   * @example true
   */
  @IsOptional()
  @IsBoolean()
  enabled?: boolean;

  /**
   * Eligible faces that a person must have.
   * @example 3
   */
  @IsOptional()
  @WholeNumber(1, 1000)
  minFacesThreshold?: number;

  /**
   * Faces announced to CompreFace together.
   * @example 50
   */
  @IsOptional()
  @WholeNumber(1, 500)
  maxFacesPerBatch?: number;

  /**
   * Hours after which a person is trained again; 0 for always.
   * @example 6
   */
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(87_600)
  trainingInterval?: number;

  /**
   * Whether failed jobs are tried again.
   * @example true
   */
  @IsOptional()
  @IsBoolean()
  autoRetryFailures?: boolean;

  /**
   * Retries since the last success, manual retry or change of the person's faces.
   * @example 3
   */
  @IsOptional()
  @WholeNumber(0, 100)
  maxRetries?: number;

  /**
   * Leave out people whose faces did not change since they were trained; default false here, true in the schedule.
   * @example false
   */
  @IsOptional()
  @IsBoolean()
  skipUnchanged?: boolean;
}

/** The rules for this one time. */
export class AutoTrainConfig extends AutoTrainRules {
  /**
   * Queue at most so many jobs.
   * @example 1000
   */
  @IsOptional()
  @WholeNumber(1, 50_000)
  limit?: number;
}

/** Automatic training is to look for people. */
export class AutoTrainBody {
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => AutoTrainConfig)
  config?: AutoTrainConfig;
}

/** The stored settings; what is left out stays. */
export class UpdateSettingsBody extends AutoTrainRules {
  /**
   * A cron expression of five fields.
   * @example '0 * * * *'
   */
  @IsOptional()
  @ShortText(100)
  schedule?: string;

  /**
   * An IANA time zone.
   * @example 'UTC'
   */
  @IsOptional()
  @ShortText(64)
  timezone?: string;
}

/** The stored settings of automatic training. */
export class TrainingSettingsRecord {
  /** @example true */
  enabled!: boolean;

  /** @example 5 */
  minFacesThreshold!: number;

  /** @example 50 */
  maxFacesPerBatch!: number;

  /** @example 24 */
  trainingInterval!: number;

  /** @example true */
  autoRetryFailures!: boolean;

  /** @example 3 */
  maxRetries!: number;

  /** @example true */
  skipUnchanged!: boolean;

  /** @example '0 * * * *' */
  schedule!: string;

  /** @example 'UTC' */
  timezone!: string;
}

/** The stored settings. */
export class TrainingSettingsAnswer {
  /** @example true */
  success!: boolean;

  settings!: TrainingSettingsRecord;
}
