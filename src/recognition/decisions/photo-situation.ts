import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../../database/database.js';
import { placeholders, select, unindexed } from '../../database/sql.js';

/** A face that waits for a decision, locked. */
export interface WaitingFace {
  readonly id: number;
  readonly contentHash: string;
  readonly review: string | null;
  readonly qualityRefusal: string | null;
}

const undecided = (
  personId: string,
  state: string,
): string => `${personId} IS NULL AND ${state} = 'ready' AND (f.exclusion IS NULL OR f.exclusion <> 'marked_invalid')
  AND (f.review IS NULL OR f.review <> 'unknown')`;

/** SQL for a face that a decision may still be made on: nobody's, looked at, no stranger, not marked invalid. */
export const UNDECIDED_SQL = undecided('f.person_id', 'f.state');

/** The same, for where another index leads to fewer faces than all that are nobody's. */
export const STILL_UNDECIDED_SQL = undecided(unindexed('f.person_id'), unindexed('f.state'));

/** What the database knows about the faces of a photo when they are decided on; all of it read in the transaction of the decision. */
@Injectable()
export class PhotoSituation {
  constructor(private readonly db: Database) {}

  /** Locks the photo and those of the faces that are still undecided. Empty when the photo is gone. */
  async lock(em: EntityManager, photoId: number, faceIds: readonly number[]): Promise<WaitingFace[]> {
    const photo = await select(em, `SELECT id FROM photo WHERE id = ? ${this.db.forUpdate}`, [photoId]);
    if (photo.length === 0 || faceIds.length === 0) return [];
    return select<WaitingFace>(
      em,
      `SELECT f.id, f.content_hash AS contentHash, f.review, f.quality_refusal AS qualityRefusal FROM face f
       WHERE f.photo_id = ? AND f.id IN (${placeholders(faceIds)}) AND ${UNDECIDED_SQL} ORDER BY f.id ${this.db.forUpdate}`,
      [photoId, ...faceIds],
    );
  }

  /** Persons whom other faces of the photo belong to, or are suggested for. */
  async taken(em: EntityManager, photoId: number, faces: readonly WaitingFace[]): Promise<ReadonlySet<number>> {
    const ids = faces.map(({ id }) => id);
    const rows = await select<{ person_id: number }>(
      em,
      `SELECT f.person_id FROM face f WHERE f.photo_id = ? AND f.person_id IS NOT NULL
       UNION
       SELECT d.person_id FROM face f JOIN face_decision d ON d.face_id = f.id
       WHERE f.photo_id = ? AND f.review = 'needs_review' AND f.id NOT IN (${placeholders(ids)}) AND d.person_id IS NOT NULL
         AND d.id = (SELECT MAX(newest.id) FROM face_decision newest WHERE newest.face_id = f.id)`,
      [photoId, photoId, ...ids],
    );
    return new Set(rows.map(({ person_id }) => person_id));
  }

  /** For each face the persons that it is not. */
  async notThese(em: EntityManager, faces: readonly WaitingFace[]): Promise<ReadonlyMap<number, ReadonlySet<number>>> {
    const ids = faces.map(({ id }) => id);
    const rows = await select<{ face_id: number; person_id: number }>(
      em,
      `SELECT face_id, person_id FROM not_this_person WHERE face_id IN (${placeholders(ids)})`,
      ids,
    );
    const known = new Map<number, Set<number>>();
    for (const { face_id, person_id } of rows) known.set(face_id, (known.get(face_id) ?? new Set()).add(person_id));
    return known;
  }

  /** Those of the faces whose assignment was taken back. */
  async takenBack(em: EntityManager, faces: readonly WaitingFace[]): Promise<ReadonlySet<number>> {
    const ids = faces.map(({ id }) => id);
    const rows = await select<{ face_id: number }>(
      em,
      `SELECT DISTINCT face_id FROM face_decision WHERE reason = 'taken_back' AND face_id IN (${placeholders(ids)})`,
      ids,
    );
    return new Set(rows.map(({ face_id }) => face_id));
  }

  /** Whether the person has a face with the very same crop. */
  async hasSameCrop(em: EntityManager, personId: number, { contentHash }: WaitingFace): Promise<boolean> {
    const rows = await select(em, 'SELECT id FROM face WHERE person_id = ? AND content_hash = ?', [
      personId,
      contentHash,
    ]);
    return rows.length > 0;
  }
}
