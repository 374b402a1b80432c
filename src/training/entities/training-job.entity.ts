import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { epochMsTransformer } from '../../database/epoch-ms.js';
import type { JobState, TrainingType } from '../job-state.js';

/** A queued request to train one person. Every write goes through `job-store.ts`. */
@Entity('training_job')
@Index('ix_training_job_due', ['state', 'runAt', 'id'])
@Index('ix_training_job_begun', ['state', 'begun', 'runAt', 'id'])
@Index('ix_training_job_ended', ['state', 'completedAt', 'id'])
@Index('ix_training_job_person', ['personId', 'id'])
@Index('ix_training_job_listed', ['trainingType', 'state', 'id'])
export class TrainingJob {
  @PrimaryGeneratedColumn()
  id!: number;

  /** Not a foreign key: history outlives the person. */
  @Column({ name: 'person_id', type: 'int' })
  personId!: number;

  @Column({ name: 'person_name', type: 'varchar', length: 200 })
  personName!: string;

  @Column({ name: 'training_type', type: 'varchar', length: 16 })
  trainingType!: TrainingType;

  @Column({ type: 'varchar', length: 16 })
  state!: JobState;

  /** Why auto-training queued it; null when a person did. */
  @Column({ type: 'varchar', length: 200, nullable: true })
  reason!: string | null;

  @Column({ name: 'max_faces_per_batch', type: 'int' })
  maxFacesPerBatch!: number;

  /** Whether somebody has started the first attempt; the worker takes no other pending job by itself. */
  @Column({ type: 'boolean' })
  begun!: boolean;

  /** When it is due (database clock, epoch ms). */
  @Column({ name: 'run_at', type: 'bigint', transformer: epochMsTransformer })
  runAt!: number;

  /** The process that holds the lease: random for each start. */
  @Column({ type: 'varchar', length: 36, nullable: true })
  owner!: string | null;

  /** Fencing number: rises with every change of hands, and guards every write of a holder. */
  @Column({ type: 'int' })
  epoch!: number;

  @Column({ name: 'lease_until', type: 'bigint', nullable: true, transformer: epochMsTransformer })
  leaseUntil!: number | null;

  /** Tries that were made; one that an outage ended is given back. */
  @Column({ type: 'int' })
  attempt!: number;

  @Column({ type: 'int' })
  crashes!: number;

  /** Outages in a row, for the back-off. */
  @Column({ type: 'int' })
  outages!: number;

  @Column({ name: 'cancel_requested_at', type: 'bigint', nullable: true, transformer: epochMsTransformer })
  cancelRequestedAt!: number | null;

  @Column({ name: 'retry_of', type: 'int', nullable: true })
  retryOf!: number | null;

  /** The ledger generation that a full training fills; fixed at its first attempt. */
  @Column({ type: 'int', nullable: true })
  generation!: number | null;

  /** The person's `desired_generation` when the snapshot of eligible faces was taken. */
  @Column({ name: 'snapshot_generation', type: 'int', nullable: true })
  snapshotGeneration!: number | null;

  @Column({ name: 'faces_planned', type: 'int' })
  facesPlanned!: number;

  @Column({ name: 'faces_added', type: 'int' })
  facesAdded!: number;

  @Column({ name: 'faces_removed', type: 'int' })
  facesRemoved!: number;

  @Column({ name: 'faces_unchanged', type: 'int' })
  facesUnchanged!: number;

  @Column({ name: 'faces_failed', type: 'int' })
  facesFailed!: number;

  /** Per cent of the planned faces that are trained, 0..100. */
  @Column({ name: 'success_rate', type: 'double' })
  successRate!: number;

  /** Active work in ms, summed over the attempts. */
  @Column({ name: 'training_time', type: 'int' })
  trainingTime!: number;

  @Column({ name: 'error_code', type: 'varchar', length: 40, nullable: true })
  errorCode!: string | null;

  @Column({ name: 'error_message', type: 'varchar', length: 300, nullable: true })
  errorMessage!: string | null;

  @Column({ name: 'queued_at', type: 'datetime', precision: 3 })
  queuedAt!: Date;

  @Column({ name: 'started_at', type: 'datetime', precision: 3, nullable: true })
  startedAt!: Date | null;

  @Column({ name: 'completed_at', type: 'datetime', precision: 3, nullable: true })
  completedAt!: Date | null;

  /** The person while the job is active, else null: its unique index allows one active job a person. */
  @Column({
    name: 'active_person_id',
    type: 'int',
    nullable: true,
    generatedType: 'STORED',
    asExpression: `CASE WHEN state IN ('pending', 'running') THEN person_id END`,
    insert: false,
    update: false,
  })
  @Index('uq_training_job_active_person', { unique: true })
  activePersonId!: number | null;
}
