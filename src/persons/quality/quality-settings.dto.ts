import { IsBoolean, IsNumber, IsOptional, Max, Min } from 'class-validator';
import { WholeNumber } from '../dto/rules.js';

/** Limits of the quality gate; what is left out stays. */
export class UpdateQualitySettingsBody {
  /**
   * false: quality is measured and shown, and nothing is held back.
   * @example true
   */
  @IsOptional()
  @IsBoolean()
  enabled?: boolean;

  /**
   * Shorter side of the face, in pixels of the photo. PHOTO_MIN_FACE_SIDE stays: smaller faces are not even kept.
   * @example 40
   */
  @IsOptional()
  @WholeNumber(1, 2_000)
  minFaceSide?: number;

  /**
   * Variance of the Laplacian; 0 takes every blur.
   * @example 28
   */
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(100_000)
  minSharpness?: number;

  /**
   * Mean shade, below `maxBrightness`.
   * @example 25
   */
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(255)
  minBrightness?: number;

  /**
   * Mean shade.
   * @example 230
   */
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(255)
  maxBrightness?: number;

  /**
   * Standard deviation of the shades.
   * @example 10
   */
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(127.5)
  minContrast?: number;

  /**
   * Degrees to the side, either way.
   * @example 45
   */
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(90)
  maxYaw?: number;

  /**
   * Degrees up or down.
   * @example 35
   */
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(90)
  maxPitch?: number;
}

/** The limits of the quality gate. */
export class QualitySettingsRecord {
  /** @example true */
  enabled!: boolean;

  /** @example 40 */
  minFaceSide!: number;

  /** @example 24 */
  minSharpness!: number;

  /** @example 25 */
  minBrightness!: number;

  /** @example 230 */
  maxBrightness!: number;

  /** @example 10 */
  minContrast!: number;

  /** @example 45 */
  maxYaw!: number;

  /** @example 35 */
  maxPitch!: number;
}

/** The limits of the quality gate. */
export class QualitySettingsAnswer {
  /** @example true */
  success!: boolean;

  settings!: QualitySettingsRecord;
}

/** New limits, and what they changed. */
export class QualitySettingsChangedAnswer extends QualitySettingsAnswer {
  /**
   * Faces that were judged again, from what was measured of them before.
   * @example 1200
   */
  judged!: number;

  /**
   * Faces that are kept out of training from now on: none of a person who was trained.
   * @example 3
   */
  excluded!: number;

  /**
   * Faces that are trained from now on.
   * @example 12
   */
  admitted!: number;
}
