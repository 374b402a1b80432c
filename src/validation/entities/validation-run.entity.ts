import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';

/** A measurement of the whole collection, kept to compare over time. */
@Entity('validation_run')
@Index('ix_validation_run_state', ['state', 'id'])
export class ValidationRun {
  @PrimaryGeneratedColumn()
  id!: number;

  /** `failed`: stopped by a fault of ours or the end of its process; start another one. */
  @Column({ type: 'varchar', length: 16 })
  state!: 'running' | 'completed' | 'failed';

  @Column({ name: 'started_at', type: 'datetime', precision: 3 })
  startedAt!: Date;

  @Column({ name: 'completed_at', type: 'datetime', precision: 3, nullable: true })
  completedAt!: Date | null;

  @Column({ name: 'faces_total', type: 'int' })
  facesTotal!: number;

  @Column({ name: 'faces_done', type: 'int' })
  facesDone!: number;

  @Column({ type: 'varchar', length: 100, nullable: true })
  calculator!: string | null;

  /** JSON: the report on the whole collection. */
  @Column({ type: 'text', nullable: true })
  summary!: string | null;
}

/** What a run found about one person; it outlives the person. */
@Entity('validation_of_person')
@Index('ix_validation_of_person_person', ['personId', 'runId'])
export class ValidationOfPerson {
  @PrimaryColumn({ name: 'run_id', type: 'int' })
  runId!: number;

  @ManyToOne(() => ValidationRun, { onDelete: 'CASCADE', onUpdate: 'NO ACTION' })
  @JoinColumn({ name: 'run_id', foreignKeyConstraintName: 'fk_validation_of_person_run' })
  run?: ValidationRun;

  @PrimaryColumn({ name: 'person_id', type: 'int' })
  personId!: number;

  /** JSON: the report. */
  @Column({ type: 'text' })
  report!: string;
}
