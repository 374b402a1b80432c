import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The limits of the quality gate, one row for the installation. */
@Entity('quality_settings')
export class StoredQualitySettings {
  @PrimaryColumn({ type: 'int' })
  id!: number;

  /** Off: quality is measured and shown, and nothing is held back. */
  @Column({ type: 'boolean' })
  enabled!: boolean;

  /** Pixels of the photo. */
  @Column({ name: 'min_face_side', type: 'int' })
  minFaceSide!: number;

  @Column({ name: 'min_sharpness', type: 'double' })
  minSharpness!: number;

  @Column({ name: 'min_brightness', type: 'double' })
  minBrightness!: number;

  @Column({ name: 'max_brightness', type: 'double' })
  maxBrightness!: number;

  @Column({ name: 'min_contrast', type: 'double' })
  minContrast!: number;

  /** Degrees, either way. */
  @Column({ name: 'max_yaw', type: 'double' })
  maxYaw!: number;

  /** Degrees, either way. */
  @Column({ name: 'max_pitch', type: 'double' })
  maxPitch!: number;
}
