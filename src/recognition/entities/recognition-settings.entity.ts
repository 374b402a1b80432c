import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The stored settings of recognition: one row. */
@Entity('recognition_settings')
export class StoredRecognitionSettings {
  @PrimaryColumn({ type: 'int' })
  id!: number;

  /** Similarity, 0..1, from which a person is suggested. */
  @Column({ name: 'review_threshold', type: 'double' })
  reviewThreshold!: number;

  /** Similarity, 0..1, from which a face is assigned without asking; never below the review threshold. */
  @Column({ name: 'auto_assign_threshold', type: 'double' })
  autoAssignThreshold!: number;

  /** How much nearer, 0..1, the best person must be than the second best for an assignment without asking. */
  @Column({ type: 'double' })
  margin!: number;

  /** Whether faces that were assigned without asking are trained before anybody has confirmed them. */
  @Column({ name: 'learn_automatically', type: 'boolean' })
  learnAutomatically!: boolean;

  /** Similarity, 0..1, from which such a face is trained; never below the auto-assign threshold. */
  @Column({ name: 'learn_threshold', type: 'double' })
  learnThreshold!: number;

  /** Most of a person's eligible faces that may be such faces, per cent. */
  @Column({ name: 'learn_max_share', type: 'double' })
  learnMaxShare!: number;
}
