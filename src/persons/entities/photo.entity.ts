import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { epochMsTransformer } from '../../database/epoch-ms.js';
import type { PhotoState } from '../face-state.js';

/** An uploaded picture, kept upright and without metadata. */
@Entity('photo')
@Index('ix_photo_examine', ['state', 'examineAt'])
export class Photo {
  @PrimaryGeneratedColumn()
  id!: number;

  /** SHA-256 of the file as it was uploaded: finds exact duplicates. */
  @Column({ name: 'source_hash', type: 'varchar', length: 64 })
  @Index('ix_photo_source')
  sourceHash!: string;

  /** SHA-256 of the file as it is kept; names it below DATA_DIR. */
  @Column({ name: 'content_hash', type: 'varchar', length: 64 })
  @Index('ix_photo_content')
  contentHash!: string;

  @Column({ type: 'int' })
  width!: number;

  @Column({ type: 'int' })
  height!: number;

  /** What the uploader called the file; never used as a path. */
  @Column({ name: 'original_name', type: 'varchar', length: 255 })
  originalName!: string;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt!: Date;

  /** The source hash of a photo that was sent for itself, to be recognised; null for one that was sent as a person's. Kept once. */
  @Column({ name: 'library_hash', type: 'varchar', length: 64, nullable: true })
  @Index('uq_photo_library', { unique: true })
  libraryHash!: string | null;

  /** Of a photo that was sent for itself; null for one that was sent as a person's. */
  @Column({ type: 'varchar', length: 16, nullable: true })
  state!: PhotoState | null;

  /** For a pending photo: when it is to be looked at next (database clock, epoch ms). */
  @Column({ name: 'examine_at', type: 'bigint', nullable: true, transformer: epochMsTransformer })
  examineAt!: number | null;

  @Column({ name: 'examine_tries', type: 'int', nullable: true })
  examineTries!: number | null;
}
