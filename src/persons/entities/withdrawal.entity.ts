import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { epochMsTransformer } from '../../database/epoch-ms.js';
import type { WithdrawalReason } from '../face-state.js';

/**
 * The wish that a face, or a whole person, leaves the collection; written in the same transaction as the change that causes it.
 * It outlives the person. Training carries it out.
 */
@Entity('withdrawal')
@Index('ix_withdrawal_due', ['state', 'runAt', 'id'])
@Index('ix_withdrawal_person', ['personId', 'state'])
export class Withdrawal {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ name: 'person_id', type: 'int' })
  personId!: number;

  @Column({ type: 'varchar', length: 50 })
  subject!: string;

  /** Which face; null for all of the person, the subject included. */
  @Column({ name: 'content_hash', type: 'varchar', length: 64, nullable: true })
  contentHash!: string | null;

  @Column({ type: 'varchar', length: 32 })
  reason!: WithdrawalReason;

  @Column({ type: 'varchar', length: 16 })
  state!: 'pending' | 'done';

  /** When to look at it next (database clock, epoch ms). */
  @Column({ name: 'run_at', type: 'bigint', transformer: epochMsTransformer })
  runAt!: number;

  /** Since when the subject's list was seen empty (database clock, epoch ms); a subject is removed a settle time later. */
  @Column({ name: 'empty_since', type: 'bigint', nullable: true, transformer: epochMsTransformer })
  emptySince!: number | null;

  @Column({ type: 'int' })
  tries!: number;

  @Column({ name: 'requested_at', type: 'datetime', precision: 3 })
  requestedAt!: Date;

  @Column({ name: 'done_at', type: 'datetime', precision: 3, nullable: true })
  doneAt!: Date | null;
}
