import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** `photo`: one photo that was sent. `auto_recognize`: a call of that route. `after_training`: waiting faces, looked at again by themselves. */
export type BatchKind = 'photo' | 'auto_recognize' | 'after_training';

/** Decisions that were made together, and can be taken back together. */
@Entity('recognition_batch')
export class RecognitionBatch {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: 'varchar', length: 24 })
  kind!: BatchKind;

  /** Faces that were assigned by it. */
  @Column({ type: 'int' })
  assigned!: number;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt!: Date;

  @Column({ name: 'undone_at', type: 'datetime', precision: 3, nullable: true })
  undoneAt!: Date | null;
}
