import { IsBoolean, IsNumber, IsOptional, Max, Min } from 'class-validator';
import { WholeNumber } from '../dto/rules.js';
import { QUALITY_CODES, type QualityCode } from './quality-rules.js';
import { ApiProperty } from '@nestjs/swagger';

/** What was measured of a face. */
export class FaceMeasuresRecord {
  /**
   * Shorter side of the face's box, in pixels of the photo.
   * @example 217
   */
  face_side!: number;

  /**
   * Variance of the Laplacian of the face at 112 by 112 pixels and even contrast: 0 and up. Below about 28 is blurred, above 200 sharp.
   * @example 652.8
   */
  sharpness!: number;

  /**
   * Mean shade, 0 black to 255 white.
   * @example 153.7
   */
  brightness!: number;

  /**
   * Standard deviation of the shades, 0..127.5.
   * @example 40.8
   */
  contrast!: number;

  /**
   * Share of pixels that are as good as black, 0..1.
   * @example 0.001
   */
  clipped_dark!: number;

  /**
   * Share of pixels that are as good as white, 0..1.
   * @example 0.002
   */
  clipped_bright!: number;

  /**
   * Degrees to the side, -90..90; null when the engine tells neither pose nor landmarks.
   * @example 4.1
   */
  yaw!: number | null;

  /**
   * Degrees up (above 0) or down, -90..90; null when the engine tells no pose.
   * @example -6.4
   */
  pitch!: number | null;

  /**
   * Degrees of tilt, -180..180. Shown only: a tilted face is turned upright before it is recognised.
   * @example 1.8
   */
  roll!: number | null;

  /**
   * The detector's, 0..1.
   * @example 0.9921
   */
  probability!: number | null;
}

/** Something that is wrong with a face. */
export class QualityIssueRecord {
  /** @example 'BLURRED' */
  @ApiProperty({ enum: QUALITY_CODES })
  code!: QualityCode;

  /**
   * refusal: the face is not trained until somebody says "train anyway". warning: it is trained all the same.
   * @example 'refusal'
   */
  severity!: 'refusal' | 'warning';

  /** @example 'The face is blurred: use a photo in focus, taken with a steady hand' */
  message!: string;
}

/** How good a face is for training. */
export class FaceQualityRecord {
  /**
   * refused: kept out of training. would_refuse: below the limits, and not kept out, because it was trained before it was measured,
   * belongs to nobody, is trained anyway, or the gate is off. not_measured: it will be, by itself.
   * @example 'good'
   */
  verdict!: 'good' | 'warning' | 'refused' | 'would_refuse' | 'not_measured';

  measures!: FaceMeasuresRecord | null;

  issues!: QualityIssueRecord[];

  /**
   * Somebody decided to train it although its quality is too low.
   * @example false
   */
  train_anyway!: boolean;
}

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
   * @example 220
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

  /** @example 220 */
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

/** A decision to train a face whatever its quality, or its end. */
export class TrainAnywayAnswer {
  /** @example true */
  success!: boolean;

  /** @example 'The quality of the face no longer keeps it out of training' */
  message!: string;

  /** @example 12 */
  face_id!: number;

  /**
   * Whether a training uses it.
   * @example true
   */
  eligible!: boolean;

  quality!: FaceQualityRecord;
}
