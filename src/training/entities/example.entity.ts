import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { epochMsTransformer } from '../../database/epoch-ms.js';

/**
 * `announced`: we are about to send it, or sent it and do not know the outcome. `present`: CompreFace confirmed it.
 * `rejected`: CompreFace refused it for good. `leaving`: ours, and to be removed.
 */
export type ExampleState = 'announced' | 'present' | 'rejected' | 'leaving';

/** A row of the ledger: what we know of one example in CompreFace. */
@Entity('example')
@Index('uq_example_content', ['personId', 'contentHash', 'generation'], { unique: true })
@Index('ix_example_state', ['state', 'intentAt', 'id'])
@Index('ix_example_person', ['personId', 'state', 'id'])
export class Example {
  @PrimaryGeneratedColumn()
  id!: number;

  /** Not a foreign key: an example can outlive its person until it is withdrawn. */
  @Column({ name: 'person_id', type: 'int' })
  personId!: number;

  @Column({ name: 'face_id', type: 'int' })
  faceId!: number;

  /** SHA-256 of the bytes that CompreFace was sent. */
  @Column({ name: 'content_hash', type: 'varchar', length: 64 })
  contentHash!: string;

  /** A full training opens a new one; the rows of older ones leave when the new ones are verified. */
  @Column({ type: 'int' })
  generation!: number;

  @Column({ type: 'varchar', length: 16 })
  state!: ExampleState;

  @Column({ name: 'image_id', type: 'varchar', length: 36, nullable: true })
  @Index('uq_example_image', { unique: true })
  imageId!: string | null;

  @Column({ name: 'job_id', type: 'int' })
  jobId!: number;

  @Column({ name: 'job_epoch', type: 'int' })
  jobEpoch!: number;

  /** When the upload was announced (database clock, epoch ms). */
  @Column({ name: 'intent_at', type: 'bigint', nullable: true, transformer: epochMsTransformer })
  intentAt!: number | null;

  @Column({ name: 'reason_code', type: 'varchar', length: 40, nullable: true })
  reasonCode!: string | null;

  @Column({ name: 'reason_message', type: 'varchar', length: 300, nullable: true })
  reasonMessage!: string | null;
}
