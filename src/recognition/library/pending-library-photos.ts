import { Injectable } from '@nestjs/common';
import { FaceEngineError } from '../../compreface/face-engine-error.js';
import { Database } from '../../database/database.js';
import { execute, select } from '../../database/sql.js';
import { FaceSearch } from '../../persons/photos/face-search.js';
import { PhotoStore } from '../../persons/photos/photo-store.js';
import { isOutage, PhotoTrouble, TROUBLE_WAIT_MS } from '../../persons/photos/photo-trouble.js';
import { KeptLibraryPhotos } from './kept-library-photos.js';
import { PhotoFaces } from './photo-faces.js';

const BATCH = 20;
/** Long enough for one look; another process may try again after it. */
const CLAIM_MS = 120_000;
const RETRY_MS = 15_000;
/** A CompreFace that is well otherwise broke on the photo so often: it is the photo. */
const MAX_TRIES = 2;

interface DuePhoto {
  readonly id: number;
  readonly source_hash: string;
  readonly content_hash: string;
  readonly width: number;
  readonly height: number;
  readonly examine_at: number | string;
  readonly examine_tries: number;
}

/** Looks at the photos that were sent for themselves while CompreFace was away. */
@Injectable()
export class PendingLibraryPhotos {
  private readonly trouble = new PhotoTrouble();

  constructor(
    private readonly db: Database,
    private readonly search: FaceSearch,
    private readonly faces: PhotoFaces,
    private readonly kept: KeptLibraryPhotos,
    private readonly store: PhotoStore,
  ) {}

  /** Looks at the photos that are due, a batch at most, and returns how many. Throws `FaceEngineError` when CompreFace is away. */
  async examineDue(signal?: AbortSignal): Promise<number> {
    const due = await select<DuePhoto>(
      this.db.reader,
      `SELECT id, source_hash, content_hash, width, height, examine_at, examine_tries FROM photo
       WHERE state = 'pending' AND examine_at <= ${this.db.now} ORDER BY examine_at LIMIT ${BATCH}`,
    );
    let examined = 0;
    for (const photo of due) {
      if (!(await this.claim(photo))) continue;
      await this.examine(photo, signal);
      examined += 1;
    }
    return examined;
  }

  private async claim(photo: DuePhoto): Promise<boolean> {
    const matched = await execute(
      this.db.reader,
      `UPDATE photo SET examine_at = ${this.db.now} + ${CLAIM_MS} WHERE id = ? AND state = 'pending' AND examine_at = ?`,
      [photo.id, Number(photo.examine_at)],
    );
    return matched === 1;
  }

  private async examine(photo: DuePhoto, signal?: AbortSignal): Promise<void> {
    try {
      // Before its last try the core must be well: two tries within one failure of the core are one.
      if (photo.examine_tries > 0) await this.search.mustBeWell({ signal });
      const jpeg = await this.store.read('photos', photo.content_hash);
      const seen = await this.faces.find({ jpeg, width: photo.width, height: photo.height }, signal);
      await this.kept.complete(photo.id, photo.source_hash, seen);
    } catch (error) {
      const kind = error instanceof FaceEngineError ? error.failure.kind : null;
      if (kind === 'rejected' || (kind === 'suspect' && photo.examine_tries + 1 >= MAX_TRIES)) {
        await this.reject(photo.id);
        return;
      }
      if (!isOutage(error) && !signal?.aborted) {
        this.trouble.tell(`Photo ${photo.id}`, error);
        await this.again(photo.id, 0, TROUBLE_WAIT_MS);
        return;
      }
      await this.again(photo.id, kind === 'suspect' ? 1 : 0);
      // After a photo that CompreFace breaks on, the next one may fare better.
      if (kind !== 'suspect') throw error;
    }
  }

  private async reject(photoId: number): Promise<void> {
    await execute(
      this.db.reader,
      "UPDATE photo SET state = 'rejected', examine_at = NULL WHERE id = ? AND state = 'pending'",
      [photoId],
    );
  }

  private async again(photoId: number, tries: number, waitMs = RETRY_MS): Promise<void> {
    await execute(
      this.db.reader,
      `UPDATE photo SET examine_at = ${this.db.now} + ${waitMs}, examine_tries = examine_tries + ? WHERE id = ? AND state = 'pending'`,
      [tries, photoId],
    );
  }
}
