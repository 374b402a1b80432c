import { Column, Entity, Index, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import { epochMsTransformer } from '../../database/epoch-ms.js';

/** The stored settings of automatic training: one row. */
@Entity('training_settings')
export class StoredTrainingSettings {
  @PrimaryColumn({ type: 'int' })
  id!: number;

  @Column({ type: 'boolean' })
  enabled!: boolean;

  @Column({ name: 'min_faces_threshold', type: 'int' })
  minFacesThreshold!: number;

  @Column({ name: 'max_faces_per_batch', type: 'int' })
  maxFacesPerBatch!: number;

  /** Hours. */
  @Column({ name: 'training_interval', type: 'double' })
  trainingInterval!: number;

  @Column({ name: 'auto_retry_failures', type: 'boolean' })
  autoRetryFailures!: boolean;

  @Column({ name: 'max_retries', type: 'int' })
  maxRetries!: number;

  @Column({ name: 'skip_unchanged', type: 'boolean' })
  skipUnchanged!: boolean;

  /** A cron expression of five fields. */
  @Column({ type: 'varchar', length: 100 })
  schedule!: string;

  /** An IANA time zone. */
  @Column({ type: 'varchar', length: 64 })
  timezone!: string;
}

/** A time of the schedule that some replica has taken: the key makes it one. */
@Entity('cron_slot')
export class CronSlot {
  @PrimaryColumn({ type: 'varchar', length: 40 })
  task!: string;

  @PrimaryColumn({ name: 'slot_ms', type: 'bigint', transformer: epochMsTransformer })
  slotMs!: number;

  @Column({ name: 'fired_at', type: 'datetime', precision: 3 })
  firedAt!: Date;

  /** Until when it is left to whoever took it (database clock, epoch ms); null when it has been worked through. */
  @Column({ name: 'lease_until', type: 'bigint', nullable: true, transformer: epochMsTransformer })
  leaseUntil!: number | null;
}

/** A process works through the pending jobs up to a place in the queue; see `queue-runs.ts`. */
@Entity('queue_run')
export class QueueRunRow {
  @PrimaryGeneratedColumn()
  id!: number;

  /** When the last of them is due (database clock, epoch ms). */
  @Column({ name: 'last_run_at', type: 'bigint', transformer: epochMsTransformer })
  lastRunAt!: number;

  @Column({ name: 'last_job_id', type: 'int' })
  lastJobId!: number;

  /** Until when the process is known to live (database clock, epoch ms). */
  @Column({ name: 'lease_until', type: 'bigint', transformer: epochMsTransformer })
  leaseUntil!: number;
}

/** When a person's examples in CompreFace are looked at again, and how the last look came out. */
@Entity('collection_audit')
@Index('ix_collection_audit_due', ['dueAt', 'personId'])
@Index('ix_collection_audit_newest', ['auditedAt', 'differed'])
export class CollectionAudit {
  /** Not a foreign key: what was sent for a person may arrive after the person is gone. */
  @PrimaryColumn({ name: 'person_id', type: 'int' })
  personId!: number;

  /** Looks since the person's examples last changed: 0 five minutes after, 1 an hour after, then daily. */
  @Column({ type: 'int' })
  stage!: number;

  /** Database clock, epoch ms. */
  @Column({ name: 'due_at', type: 'bigint', transformer: epochMsTransformer })
  dueAt!: number;

  /** The last look (database clock, epoch ms). */
  @Column({ name: 'audited_at', type: 'bigint', nullable: true, transformer: epochMsTransformer })
  auditedAt!: number | null;

  /** Whether CompreFace had lost examples at the last look. */
  @Column({ type: 'boolean' })
  differed!: boolean;
}
