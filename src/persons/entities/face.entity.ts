import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import { epochMsTransformer } from '../../database/epoch-ms.js';
import type { Exclusion, FaceReview, FaceState } from '../face-state.js';
import { Person } from './person.entity.js';
import { Photo } from './photo.entity.js';

/** One face in a photo. */
@Entity('face')
@Index('uq_face_person_content', ['personId', 'contentHash'], { unique: true })
@Index('ix_face_person', ['personId', 'state', 'exclusion', 'id'])
@Index('ix_face_examine', ['state', 'examineAt'])
@Index('ix_face_review', ['review', 'id'])
@Index('ix_face_matched', ['review', 'matchedAt', 'id'])
@Index('ix_face_eligible', ['review', 'exclusion', 'state', 'id'])
export class Face {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ name: 'photo_id', type: 'int' })
  @Index('ix_face_photo')
  photoId!: number;

  @ManyToOne(() => Photo, { onDelete: 'NO ACTION', onUpdate: 'NO ACTION', nullable: false })
  @JoinColumn({ name: 'photo_id', foreignKeyConstraintName: 'fk_face_photo' })
  photo?: Photo;

  @Column({ name: 'person_id', type: 'int', nullable: true })
  personId!: number | null;

  @ManyToOne(() => Person, { onDelete: 'NO ACTION', onUpdate: 'NO ACTION', nullable: true })
  @JoinColumn({ name: 'person_id', foreignKeyConstraintName: 'fk_face_person' })
  person?: Person | null;

  @Column({ name: 'source_hash', type: 'varchar', length: 64 })
  sourceHash!: string;

  /** SHA-256 of the crop that CompreFace gets; null until the photo was looked at. */
  @Column({ name: 'content_hash', type: 'varchar', length: 64, nullable: true })
  @Index('ix_face_content')
  contentHash!: string | null;

  @Column({ type: 'varchar', length: 16 })
  state!: FaceState;

  /** Why a ready face of a person is kept out of training; null for none. */
  @Column({ type: 'varchar', length: 32, nullable: true })
  exclusion!: Exclusion | null;

  /** For a rejected face: what was wrong, in words. */
  @Column({ type: 'varchar', length: 300, nullable: true })
  rejection!: string | null;

  @Column({ name: 'x_min', type: 'int', nullable: true })
  xMin!: number | null;

  @Column({ name: 'y_min', type: 'int', nullable: true })
  yMin!: number | null;

  @Column({ name: 'x_max', type: 'int', nullable: true })
  xMax!: number | null;

  @Column({ name: 'y_max', type: 'int', nullable: true })
  yMax!: number | null;

  /** The detector's, 0..1. */
  @Column({ type: 'double', nullable: true })
  probability!: number | null;

  /** JSON: five points in pixels of the photo. */
  @Column({ type: 'text', nullable: true })
  landmarks!: string | null;

  /** JSON: pitch, roll, yaw in degrees. */
  @Column({ type: 'text', nullable: true })
  pose!: string | null;

  @Column({ name: 'assignment_method', type: 'varchar', length: 32, nullable: true })
  assignmentMethod!: string | null;

  @Column({ name: 'assignment_confidence', type: 'double', nullable: true })
  assignmentConfidence!: number | null;

  /** For a pending face: when the photo is to be looked at next (database clock, epoch ms). */
  @Column({ name: 'examine_at', type: 'bigint', nullable: true, transformer: epochMsTransformer })
  examineAt!: number | null;

  @Column({ name: 'examine_tries', type: 'int' })
  examineTries!: number;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt!: Date;

  /** Of a face without a person: what is to become of it. Null for a face with a person, and for one that was never recognised. */
  @Column({ type: 'varchar', length: 16, nullable: true })
  review!: FaceReview | null;

  /** When it was last compared with the collection. */
  @Column({ name: 'matched_at', type: 'datetime', precision: 3, nullable: true })
  matchedAt!: Date | null;

  /** JSON: what was measured of its quality, and what is wrong with it. Null until it was measured. */
  @Column({ type: 'text', nullable: true })
  quality!: string | null;

  /** Code of the worst thing that keeps it out of training; null for good enough. */
  @Column({ name: 'quality_refusal', type: 'varchar', length: 32, nullable: true })
  qualityRefusal!: string | null;

  /** When somebody decided to train it although its quality is too low. */
  @Column({ name: 'train_anyway_at', type: 'datetime', precision: 3, nullable: true })
  trainAnywayAt!: Date | null;
}
