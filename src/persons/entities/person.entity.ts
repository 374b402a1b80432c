import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** Someone we manage. The last block of columns is written by training only. */
@Entity('person')
@Index('ix_person_examples', ['exampleCount'])
@Index('ix_person_trained', ['lastTrainedAt'])
export class Person {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: 'varchar', length: 200 })
  name!: string;

  /** SHA-256 of the name, case folded: equal names collide whatever the collation. */
  @Column({ name: 'name_key', type: 'varchar', length: 64 })
  @Index('uq_person_name', { unique: true })
  nameKey!: string;

  @Column({ name: 'search_name', type: 'varchar', length: 255 })
  searchName!: string;

  @Column({ type: 'varchar', length: 1000, nullable: true })
  notes!: string | null;

  @Column({ name: 'auto_recognize', type: 'boolean' })
  autoRecognize!: boolean;

  /** The person's name inside CompreFace, fixed when the person is made. */
  @Column({ type: 'varchar', length: 50 })
  @Index('uq_person_subject', { unique: true })
  subject!: string;

  /** Rises with each change of the person's eligible faces. */
  @Column({ name: 'desired_generation', type: 'int' })
  desiredGeneration!: number;

  /** The `desiredGeneration` that the collection was last brought in line with. */
  @Column({ name: 'trained_generation', type: 'int' })
  trainedGeneration!: number;

  /** Verified examples in the collection. */
  @Column({ name: 'example_count', type: 'int' })
  exampleCount!: number;

  @Column({ name: 'is_training', type: 'boolean' })
  isTraining!: boolean;

  @Column({ name: 'last_failed', type: 'boolean' })
  lastFailed!: boolean;

  /** Automatic retries since the last success, manual retry or change of the eligible faces. */
  @Column({ name: 'retries_spent', type: 'int' })
  retriesSpent!: number;

  /** `desiredGeneration` when the last training failed. */
  @Column({ name: 'failed_generation', type: 'int', nullable: true })
  failedGeneration!: number | null;

  @Column({ name: 'last_trained_at', type: 'datetime', precision: 3, nullable: true })
  lastTrainedAt!: Date | null;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt!: Date;

  @Column({ name: 'updated_at', type: 'datetime', precision: 3 })
  updatedAt!: Date;
}
