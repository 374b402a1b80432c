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

/** How many faces have which verdict. */
export class VerdictCounts {
  /** @example 12 */
  good!: number;

  /** @example 2 */
  warning!: number;

  /** @example 1 */
  refused!: number;

  /** @example 0 */
  would_refuse!: number;

  /** @example 0 */
  not_measured!: number;
}

/** Two faces of a person that add nothing to each other. */
export class NearlyIdenticalPair {
  /** @example 14 */
  face_id!: number;

  /** @example 12 */
  nearly_identical_to!: number;
}

/** A face of a person with its quality. */
export class JudgedFaceRecord {
  /** @example 14 */
  face_id!: number;

  /**
   * Whether a training uses it.
   * @example true
   */
  eligible!: boolean;

  quality!: FaceQualityRecord;
}

/** How good a person's photos are for training. */
export class PersonQualityAnswer {
  /** @example 5 */
  person_id!: number;

  /**
   * Faces of the person.
   * @example 15
   */
  total!: number;

  verdicts!: VerdictCounts;

  /** At most 200. */
  nearly_identical!: NearlyIdenticalPair[];

  /** A page of the person's faces, worst first. */
  faces!: JudgedFaceRecord[];
}
