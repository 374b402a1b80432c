import { Column, Entity, PrimaryColumn } from 'typeorm';
import { epochMsTransformer } from './epoch-ms.js';

/** This installation: one row. */
@Entity('installation')
export class InstallationRow {
  @PrimaryColumn({ type: 'int' })
  id!: number;

  /** Random; the data folder carries the same one, so that a process with the wrong folder is noticed. */
  @Column({ type: 'varchar', length: 36 })
  marker!: string;

  /** Database clock, epoch ms. */
  @Column({ name: 'first_started_at', type: 'bigint', transformer: epochMsTransformer })
  firstStartedAt!: number;

  /** The one process that runs the embedded engine, and until when it is known to live. */
  @Column({ name: 'engine_owner', type: 'varchar', length: 36, nullable: true })
  engineOwner!: string | null;

  @Column({ name: 'engine_lease_until', type: 'bigint', nullable: true, transformer: epochMsTransformer })
  engineLeaseUntil!: number | null;
}

/** Scratch row for the check that a session counts matched rows. */
@Entity('session_check')
export class SessionCheck {
  @PrimaryColumn({ type: 'int' })
  id!: number;

  @Column({ type: 'int' })
  touched!: number;
}

/** A part of a sum that is kept with each change of what it counts; shards let writers pass each other. */
@Entity('kept_sum')
export class KeptSum {
  @PrimaryColumn({ type: 'varchar', length: 40 })
  metric!: string;

  @PrimaryColumn({ type: 'int' })
  shard!: number;

  @Column({ type: 'double' })
  value!: number;
}
