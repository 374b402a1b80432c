import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../../database/database.js';
import { execute, insertRow, select } from '../../database/sql.js';
import { isUniqueViolation } from '../../database/write-errors.js';
import { DomainError } from '../../errors/domain-error.js';
import { Clock } from '../../time/clock.js';
import { packEmbedding } from '../embedding.js';
import { FaceChanges } from '../face-changes.js';
import type { Box } from './photo-image.js';
import type { JudgedFace, TakenPhoto } from './kept-photos.js';
import type { StoredKind } from './photo-store.js';

type StoredPhoto = TakenPhoto & { readonly photoHash: string };
type StoredFace = JudgedFace & { readonly cropHash: string };

const CHOSEN_SAME_PIXELS = 2;

/** Writes what the intake found: photo, face and embedding in one transaction. */
@Injectable()
export class FaceRecords {
  constructor(
    private readonly db: Database,
    private readonly changes: FaceChanges,
    private readonly clock: Clock,
  ) {}

  /** The person's face from the same file, if there is one; with a chosen box only a face at that place. One in which nothing was found is looked at anew. */
  async findSame(personId: number, sourceHash: string, chosen: Box | null): Promise<number | null> {
    const rows = await select<{ id: number; x_min: number | null; y_min: number | null }>(
      this.db.reader,
      "SELECT id, x_min, y_min FROM face WHERE person_id = ? AND source_hash = ? AND state <> 'rejected'",
      [personId, sourceHash],
    );
    const near = (a: number | null, b: number): boolean => a !== null && Math.abs(a - b) <= CHOSEN_SAME_PIXELS;
    const same = rows.find((row) => chosen === null || (near(row.x_min, chosen.xMin) && near(row.y_min, chosen.yMin)));
    return same?.id ?? null;
  }

  /** Whether a row names the file. */
  async isReferenced(kind: StoredKind, hash: string): Promise<boolean> {
    const table = kind === 'photos' ? 'photo' : 'face';
    return (await select(this.db.reader, `SELECT 1 FROM ${table} WHERE content_hash = ? LIMIT 1`, [hash])).length > 0;
  }

  /** A looked-at face, which is trained unless its quality is refused. `existed`: the very same crop was there already, from another file or a request at the same time. */
  async addReady(
    personId: number,
    photo: StoredPhoto,
    face: StoredFace,
  ): Promise<{ faceId: number; existed: boolean }> {
    try {
      return { faceId: await this.db.write((em) => this.insertReady(em, personId, photo, face)), existed: false };
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const [row] = await select<{ id: number }>(
        this.db.reader,
        'SELECT id FROM face WHERE person_id = ? AND content_hash = ?',
        [personId, face.cropHash],
      );
      if (!row) throw error;
      return { faceId: row.id, existed: true };
    }
  }

  /** A face that could not be looked for yet; the box is the chosen one. */
  addPending(personId: number, photo: StoredPhoto, chosen: Box | null): Promise<number> {
    return this.db.write(async (em) => {
      await this.lockPerson(em, personId);
      const photoId = await this.insertPhoto(em, photo);
      return insertRow(
        em,
        `INSERT INTO face (photo_id, person_id, source_hash, state, assignment_method, x_min, y_min, x_max, y_max, examine_at,
           examine_tries, created_at)
         VALUES (?, ?, ?, 'pending', 'upload', ?, ?, ?, ?, ${this.db.now}, 0, ?)`,
        [photoId, personId, photo.sourceHash, ...corners(chosen), this.clock.now()],
      );
    });
  }

  /** Gives a pending face what was found in its photo. Returns false when somebody else did, or the face is gone. */
  async makeReady(faceId: number, face: StoredFace): Promise<boolean> {
    return this.db.write(async (em) => {
      const changed = await execute(
        em,
        `UPDATE face SET state = 'ready', content_hash = ?, x_min = ?, y_min = ?, x_max = ?, y_max = ?, probability = ?, landmarks = ?, pose = ?,
           quality = ?, quality_refusal = ?, exclusion = COALESCE(exclusion, ?), examine_at = NULL, examine_tries = 0
         WHERE id = ? AND state = 'pending'`,
        [face.cropHash, ...found(face), faceId],
      );
      if (changed === 0) return false;
      await this.insertEmbedding(em, faceId, face);
      const [row] = await select<{ person_id: number | null }>(em, 'SELECT person_id FROM face WHERE id = ?', [faceId]);
      if (row?.person_id && face.judgement.refusal === null) await this.changes.raiseGeneration(em, row.person_id);
      return true;
    });
  }

  private async insertReady(
    em: EntityManager,
    personId: number,
    photo: StoredPhoto,
    face: StoredFace,
  ): Promise<number> {
    await this.lockPerson(em, personId);
    const photoId = await this.insertPhoto(em, photo);
    const faceId = await insertRow(
      em,
      `INSERT INTO face (photo_id, person_id, source_hash, content_hash, x_min, y_min, x_max, y_max, probability, landmarks, pose,
         quality, quality_refusal, exclusion, state, assignment_method, examine_tries, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'ready', 'upload', 0, ?)`,
      [photoId, personId, photo.sourceHash, face.cropHash, ...found(face), this.clock.now()],
    );
    await this.insertEmbedding(em, faceId, face);
    if (face.judgement.refusal === null) await this.changes.raiseGeneration(em, personId);
    return faceId;
  }

  private insertPhoto(em: EntityManager, taken: StoredPhoto): Promise<number> {
    return insertRow(
      em,
      'INSERT INTO photo (source_hash, content_hash, width, height, original_name, created_at) VALUES (?, ?, ?, ?, ?, ?)',
      [taken.sourceHash, taken.photoHash, taken.photo.width, taken.photo.height, taken.originalName, this.clock.now()],
    );
  }

  private async insertEmbedding(em: EntityManager, faceId: number, face: StoredFace): Promise<void> {
    if (face.embedding.length === 0) return;
    await execute(em, 'INSERT INTO face_embedding (face_id, calculator, vector) VALUES (?, ?, ?)', [
      faceId,
      face.calculator.slice(0, 100),
      packEmbedding(face.embedding),
    ]);
  }

  /** The person may be deleted while its photos are looked at. */
  private async lockPerson(em: EntityManager, personId: number): Promise<void> {
    const rows = await select(em, `SELECT id FROM person WHERE id = ? ${this.db.forUpdate}`, [personId]);
    if (rows.length === 0)
      throw new DomainError('NOT_FOUND', `There is no person ${personId}`, { person_id: personId });
  }
}

function corners(box: Box | null): (number | null)[] {
  return box ? [box.xMin, box.yMin, box.xMax, box.yMax] : [null, null, null, null];
}

function found(face: StoredFace): (number | string | null)[] {
  return [
    ...corners(face.box),
    face.box.probability,
    face.landmarks && JSON.stringify(face.landmarks),
    face.pose && JSON.stringify(face.pose),
    face.judgement.quality,
    face.judgement.refusal,
    face.judgement.refusal && 'poor_quality',
  ];
}
