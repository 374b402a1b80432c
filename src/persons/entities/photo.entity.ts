import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** An uploaded picture, kept upright and without metadata. */
@Entity('photo')
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
}
