import { Column, Entity, Index, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import type { FaceOutcome } from '../job-state.js';

/** One face of a job's snapshot, and what became of it. */
@Entity('job_face')
@Index('ix_job_face_open', ['jobId', 'outcome', 'faceId'])
export class JobFace {
  @PrimaryColumn({ name: 'job_id', type: 'int' })
  jobId!: number;

  @PrimaryColumn({ name: 'face_id', type: 'int' })
  faceId!: number;

  @Column({ name: 'content_hash', type: 'varchar', length: 64 })
  contentHash!: string;

  /** Null while it is open; an open one with a reason gets its last try. */
  @Column({ type: 'varchar', length: 16, nullable: true })
  outcome!: FaceOutcome | null;

  @Column({ name: 'reason_code', type: 'varchar', length: 40, nullable: true })
  reasonCode!: string | null;

  @Column({ name: 'reason_message', type: 'varchar', length: 300, nullable: true })
  reasonMessage!: string | null;

  /** Times that the outcome of its upload stayed unknown while others went through. */
  @Column({ type: 'int' })
  tries!: number;
}

/** What happened to a job, and when; written in the same transaction as the change. */
@Entity('job_event')
@Index('ix_job_event_job', ['jobId', 'id'])
export class JobEvent {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ name: 'job_id', type: 'int' })
  jobId!: number;

  @Column({ type: 'int' })
  epoch!: number;

  @Column({ type: 'varchar', length: 32 })
  event!: string;

  @Column({ type: 'varchar', length: 500, nullable: true })
  detail!: string | null;

  @Column({ type: 'datetime', precision: 3 })
  at!: Date;
}

/** What a validation job measured, as JSON without names: they are looked up when it is shown. */
@Entity('job_result')
@Index('ix_job_result_person', ['personId', 'jobId'])
export class JobResult {
  @PrimaryColumn({ name: 'job_id', type: 'int' })
  jobId!: number;

  @Column({ name: 'person_id', type: 'int' })
  personId!: number;

  @Column({ type: 'text' })
  result!: string;
}
