import { Injectable } from '@nestjs/common';
import { FaceEngineError } from '../../compreface/face-engine-error.js';
import { Database } from '../../database/database.js';
import { execute, select } from '../../database/sql.js';
import { QualityGate } from '../quality/quality-gate.js';
import { FaceFinder, type MeasuredFoundFace } from './face-finder.js';
import { FaceSearch } from './face-search.js';
import { KeptPhotos } from './kept-photos.js';
import type { Box } from './photo-image.js';
import { PhotoStore } from './photo-store.js';
import { isOutage, PhotoTrouble, TROUBLE_WAIT_MS } from './photo-trouble.js';
import { isUniqueViolation } from '../../database/write-errors.js';

const BATCH = 20;
/** Long enough for one look; another process may try again after it. */
const CLAIM_MS = 120_000;
const RETRY_MS = 15_000;
/** A CompreFace that is well otherwise broke on the photo so often: it is the photo. */
const MAX_TRIES = 2;

interface DuePhoto {
  readonly id: number;
  readonly person_id: number | null;
  readonly content_hash: string;
  readonly width: number;
  readonly height: number;
  readonly x_min: number | null;
  readonly y_min: number | null;
  readonly x_max: number | null;
  readonly y_max: number | null;
  readonly examine_at: number | string;
  readonly examine_tries: number;
}

/** Looks at the photos that were uploaded while CompreFace was away. */
@Injectable()
export class PendingPhotos {
  private readonly trouble = new PhotoTrouble();

  constructor(
    private readonly db: Database,
    private readonly search: FaceSearch,
    private readonly finder: FaceFinder,
    private readonly kept: KeptPhotos,
    private readonly store: PhotoStore,
    private readonly gate: QualityGate,
  ) {}

  /** Looks at the photos that are due, a batch at most, and returns how many. Stops at the first sign that CompreFace is away. */
  async examineDue(signal?: AbortSignal): Promise<number> {
    const due = await select<DuePhoto>(
      this.db.reader,
      `SELECT f.id, f.person_id, p.content_hash, p.width, p.height, f.x_min, f.y_min, f.x_max, f.y_max, f.examine_at, f.examine_tries
       FROM face f JOIN photo p ON p.id = f.photo_id
       WHERE f.state = 'pending' AND f.examine_at <= ${this.db.now} ORDER BY f.examine_at LIMIT ${BATCH}`,
    );
    let examined = 0;
    for (const photo of due) {
      if (signal?.aborted) break;
      if (!(await this.claim(photo))) continue;
      if (!(await this.examine(photo))) break;
      examined += 1;
    }
    return examined;
  }

  private async claim(photo: DuePhoto): Promise<boolean> {
    const matched = await execute(
      this.db.reader,
      `UPDATE face SET examine_at = ${this.db.now} + ${CLAIM_MS} WHERE id = ? AND state = 'pending' AND examine_at = ?`,
      [photo.id, Number(photo.examine_at)],
    );
    return matched === 1;
  }

  /** Returns false when CompreFace is away: the next photo would fare no better. */
  private async examine(photo: DuePhoto): Promise<boolean> {
    try {
      // Before its last try the core must be well: two tries within one failure of the core are one.
      if (photo.examine_tries > 0) await this.search.mustBeWell();
      const jpeg = await this.store.read('photos', photo.content_hash);
      const found = await this.finder.find({ jpeg, width: photo.width, height: photo.height }, chosenOf(photo));
      if (found.kind === 'refused') await this.reject(photo.id, found.message);
      else await this.keep(photo, found);
      return true;
    } catch (error) {
      const kind = error instanceof FaceEngineError ? error.failure.kind : null;
      const suspect = kind === 'suspect';
      if (kind === 'rejected' || (suspect && photo.examine_tries + 1 >= MAX_TRIES)) {
        await this.reject(photo.id, 'CompreFace cannot work with this photo: use another one');
        return true;
      }
      if (!isOutage(error)) {
        this.trouble.tell(`The photo of face ${photo.id}`, error);
        await this.again(photo.id, 0, TROUBLE_WAIT_MS);
        return true;
      }
      await this.again(photo.id, suspect ? 1 : 0);
      if (kind === null) throw error;
      return suspect;
    }
  }

  private async keep({ id: faceId, person_id: personId }: DuePhoto, face: MeasuredFoundFace): Promise<void> {
    const judgement = await this.gate.judge(face.measures, personId === null ? null : { ...face, faceId, personId });
    try {
      await this.kept.complete(faceId, { ...face, judgement });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      await this.reject(faceId, 'The person has the very same face already');
    }
  }

  private async reject(faceId: number, message: string): Promise<void> {
    await execute(
      this.db.reader,
      "UPDATE face SET state = 'rejected', rejection = ? WHERE id = ? AND state = 'pending'",
      [message, faceId],
    );
  }

  private async again(faceId: number, tries: number, waitMs = RETRY_MS): Promise<void> {
    await execute(
      this.db.reader,
      `UPDATE face SET examine_at = ${this.db.now} + ${waitMs}, examine_tries = examine_tries + ? WHERE id = ? AND state = 'pending'`,
      [tries, faceId],
    );
  }
}

function chosenOf(photo: DuePhoto): Box | null {
  const { x_min: xMin, y_min: yMin, x_max: xMax, y_max: yMax } = photo;
  return xMin === null || yMin === null || xMax === null || yMax === null ? null : { xMin, yMin, xMax, yMax };
}
