import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { execute, select } from '../../database/sql.js';
import { DomainError } from '../../errors/domain-error.js';
import { FaceChanges } from '../../persons/face-changes.js';
import { KeptFiles } from '../../persons/photos/kept-files.js';

/** A photo is gone, with its faces. `pending`: their examples leave the collection in a moment, by themselves. */
export interface RemovedPhoto {
  readonly facesDeleted: number;
  readonly withdrawal: 'done' | 'pending';
}

interface RemovedRows extends RemovedPhoto {
  readonly photoHash: string;
  readonly cropHashes: readonly string[];
}

/** Removes photos with all that came from them. */
@Injectable()
export class PhotoRemoval {
  constructor(
    private readonly db: Database,
    private readonly changes: FaceChanges,
    private readonly files: KeptFiles,
  ) {}

  /** Throws `NOT_FOUND`. */
  async remove(photoId: number): Promise<RemovedPhoto> {
    const { photoHash, cropHashes, ...removed } = await this.removeRows(photoId);
    await this.files.removeUnnamed([
      ...cropHashes.map((hash) => ({ kind: 'faces' as const, hash })),
      { kind: 'photos', hash: photoHash },
    ]);
    return removed;
  }

  private removeRows(photoId: number): Promise<RemovedRows> {
    return this.db.write(async (em) => {
      const [photo] = await select<{ content_hash: string }>(
        em,
        `SELECT content_hash FROM photo WHERE id = ? ${this.db.forUpdate}`,
        [photoId],
      );
      if (!photo) throw unknownPhoto(photoId);
      const faces = await select<{ id: number; personId: number | null; contentHash: string | null }>(
        em,
        `SELECT id, person_id AS personId, content_hash AS contentHash FROM face WHERE photo_id = ? ORDER BY id ${this.db.forUpdate}`,
        [photoId],
      );
      let isPending = false;
      for (const face of faces) {
        if (await this.changes.withdraw(em, face, 'face_deleted')) isPending = true;
      }
      await execute(em, 'DELETE FROM face WHERE photo_id = ?', [photoId]);
      await execute(em, 'DELETE FROM photo WHERE id = ?', [photoId]);
      return {
        facesDeleted: faces.length,
        withdrawal: isPending ? 'pending' : 'done',
        photoHash: photo.content_hash,
        cropHashes: faces.flatMap(({ contentHash }) => contentHash ?? []),
      };
    });
  }
}

export function unknownPhoto(id: number): DomainError {
  return new DomainError('NOT_FOUND', `There is no photo ${id}`, { photo_id: id });
}
