import { Column, Entity, PrimaryColumn } from 'typeorm';
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

/** Sums over all jobs, changed with each of them; shards let writers pass each other. */
@Entity('job_counter')
export class JobCounter {
  @PrimaryColumn({ type: 'varchar', length: 40 })
  metric!: string;

  @PrimaryColumn({ type: 'int' })
  shard!: number;

  @Column({ type: 'double' })
  value!: number;
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
}
