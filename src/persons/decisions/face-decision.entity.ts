import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import { Face } from '../entities/face.entity.js';
import { RecognitionBatch } from './recognition-batch.entity.js';

/** `assigned`: given to the person without asking. `suggested`: waits for a person's answer. `unidentified`: nobody comes near enough. */
export type DecisionOutcome = 'assigned' | 'suggested' | 'unidentified';

/**
 * What turned out: `confirmed` it was right, `corrected` it is somebody else (a known person), `rejected` it is not the person, and
 * nobody knows who it is. An `unidentified` face that is then given to a person is `corrected`.
 */
export type DecisionVerdict = 'confirmed' | 'corrected' | 'rejected';

/** One decision of the recognition on a face, with all that it was made of, so that it can be explained and measured later. */
@Entity('face_decision')
@Index('ix_face_decision_face', ['faceId', 'id'])
@Index('ix_face_decision_batch', ['batchId', 'id'])
@Index('ix_face_decision_judged', ['judgedAt', 'id'])
@Index('ix_face_decision_person', ['personId', 'judgedAt'])
@Index('ix_face_decision_verdict', ['verdictPersonId', 'judgedAt'])
export class FaceDecision {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ name: 'face_id', type: 'int' })
  faceId!: number;

  @ManyToOne(() => Face, { onDelete: 'CASCADE', onUpdate: 'NO ACTION', nullable: false })
  @JoinColumn({ name: 'face_id', foreignKeyConstraintName: 'fk_face_decision_face' })
  face?: Face;

  /** What was decided together with it, and can be taken back together. */
  @Column({ name: 'batch_id', type: 'int', nullable: true })
  batchId!: number | null;

  @ManyToOne(() => RecognitionBatch, { onDelete: 'NO ACTION', onUpdate: 'NO ACTION', nullable: true })
  @JoinColumn({ name: 'batch_id', foreignKeyConstraintName: 'fk_face_decision_batch' })
  batch?: RecognitionBatch | null;

  @Column({ type: 'varchar', length: 16 })
  outcome!: DecisionOutcome;

  /** Whom it was assigned to or suggested for; the person may be gone since. */
  @Column({ name: 'person_id', type: 'int', nullable: true })
  personId!: number | null;

  /** Of the best candidate, 0..1; null without candidates. */
  @Column({ type: 'double', nullable: true })
  similarity!: number | null;

  /** Code of the rule that decided. */
  @Column({ type: 'varchar', length: 32 })
  reason!: string;

  /** JSON: `[{person_id, similarity}]`, best first, one for each person. */
  @Column({ type: 'text' })
  candidates!: string;

  @Column({ name: 'review_threshold', type: 'double' })
  reviewThreshold!: number;

  @Column({ name: 'auto_assign_threshold', type: 'double' })
  autoAssignThreshold!: number;

  @Column({ type: 'double' })
  margin!: number;

  @Column({ type: 'varchar', length: 100 })
  calculator!: string;

  @Column({ name: 'decided_at', type: 'datetime', precision: 3 })
  decidedAt!: Date;

  /** What a person said of it; null until then. */
  @Column({ type: 'varchar', length: 16, nullable: true })
  verdict!: DecisionVerdict | null;

  /** Who it is, when a person said so. */
  @Column({ name: 'verdict_person_id', type: 'int', nullable: true })
  verdictPersonId!: number | null;

  @Column({ name: 'judged_at', type: 'datetime', precision: 3, nullable: true })
  judgedAt!: Date | null;
}
