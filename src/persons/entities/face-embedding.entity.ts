import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Face } from './face.entity.js';

/** What the engine's calculator made of a face, kept to measure with; one for each calculator that was in use. */
@Entity('face_embedding')
@Index('ix_face_embedding_calculator', ['calculator', 'faceId'])
export class FaceEmbedding {
  @PrimaryColumn({ name: 'face_id', type: 'int' })
  faceId!: number;

  @ManyToOne(() => Face, { onDelete: 'CASCADE', onUpdate: 'NO ACTION' })
  @JoinColumn({ name: 'face_id', foreignKeyConstraintName: 'fk_face_embedding_face' })
  face?: Face;

  /** Embeddings of different calculators are never compared. */
  @PrimaryColumn({ type: 'varchar', length: 100 })
  calculator!: string;

  /** 32-bit floats, little endian, as the engine gave them. */
  @Column({ type: 'blob' })
  vector!: Buffer;
}
