import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';
import { execute, placeholders, select } from '../database/sql.js';
import { isUniqueViolation } from '../database/write-errors.js';
import { ELIGIBLE_SQL } from '../persons/face-state.js';
import type { ExampleState } from './entities/example.entity.js';
import type { Claim } from './held-job.js';
import { guardJob } from './job-guard.js';

/** A row of the ledger as the work on a job needs it. */
export interface LedgerRow {
  readonly id: number;
  readonly face_id: number;
  readonly content_hash: string;
  readonly generation: number;
  readonly state: ExampleState;
  readonly image_id: string | null;
  readonly intent_at: number | string | null;
  readonly job_id: number;
  readonly reason_code: string | null;
  readonly reason_message: string | null;
}

/** A face that is to become an example. */
export interface PlannedFace {
  readonly faceId: number;
  readonly contentHash: string;
}

/** Which faces, by id, may be sent now, and which never. */
export interface Announcement {
  readonly announced: ReadonlySet<number>;
  readonly ineligible: ReadonlySet<number>;
}

const COLUMNS =
  'id, face_id, content_hash, generation, state, image_id, intent_at, job_id, reason_code, reason_message';
const CHUNK = 500;

/** What we know of our examples in CompreFace. Every row begins as an intent, written before anything is sent. */
@Injectable()
export class Ledger {
  constructor(private readonly db: Database) {}

  async rowsOf(personId: number, em: EntityManager = this.db.reader): Promise<LedgerRow[]> {
    return select<LedgerRow>(em, `SELECT ${COLUMNS} FROM example WHERE person_id = ?`, [personId]);
  }

  /** A person's rows in one state, a page at a time: a person may have more examples than memory should hold. */
  async *pagesOf(
    personId: number,
    state: ExampleState,
    em: EntityManager = this.db.reader,
  ): AsyncGenerator<readonly LedgerRow[]> {
    for (let after = 0; ;) {
      const rows = await select<LedgerRow>(
        em,
        `SELECT ${COLUMNS} FROM example WHERE person_id = ? AND state = ? AND id > ? ORDER BY id LIMIT ${CHUNK}`,
        [personId, state, after],
      );
      if (rows.length > 0) yield rows;
      const last = rows.at(-1);
      if (!last || rows.length < CHUNK) return;
      after = last.id;
    }
  }

  /** The rows of some contents of a person, all generations. */
  async rowsFor(personId: number, hashes: readonly string[], em: EntityManager = this.db.reader): Promise<LedgerRow[]> {
    if (hashes.length === 0) return [];
    return select<LedgerRow>(
      em,
      `SELECT ${COLUMNS} FROM example WHERE person_id = ? AND content_hash IN (${placeholders(hashes)})`,
      [personId, ...hashes],
    );
  }

  /**
   * Writes down that these faces are about to be sent. A face that is no longer eligible is left out, as is one whose content has a row
   * that is not settled yet. The faces are locked, so that a withdrawal comes either before or after.
   */
  async announce(claim: Claim, generation: number, faces: readonly PlannedFace[]): Promise<Announcement> {
    try {
      return await this.db.write((em) => this.insertIntents(em, claim, generation, faces));
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      // Somebody settles one of these contents at this moment: the next round sees how.
      return { announced: new Set(), ineligible: new Set() };
    }
  }

  private async insertIntents(
    em: EntityManager,
    claim: Claim,
    generation: number,
    faces: readonly PlannedFace[],
  ): Promise<Announcement> {
    await guardJob(em, claim);
    const ids = faces.map(({ faceId }) => faceId);
    const eligible = await select<{ id: number }>(
      em,
      `SELECT f.id FROM face f WHERE f.id IN (${placeholders(ids)}) AND f.person_id = ? AND ${ELIGIBLE_SQL} ${this.db.forUpdate}`,
      [...ids, claim.personId],
    );
    const allowed = new Set(eligible.map(({ id }) => id));
    const known = new Set(
      (
        await this.rowsFor(
          claim.personId,
          faces.map(({ contentHash }) => contentHash),
          em,
        )
      )
        .filter((row) => row.generation === generation)
        .map((row) => row.content_hash),
    );
    const announced = faces.filter(({ faceId, contentHash }) => allowed.has(faceId) && !known.has(contentHash));
    for (const face of announced) {
      await execute(
        em,
        `INSERT INTO example (person_id, face_id, content_hash, generation, state, job_id, job_epoch, intent_at)
         VALUES (?, ?, ?, ?, 'announced', ?, ?, ${this.db.now})`,
        [claim.personId, face.faceId, face.contentHash, generation, claim.id, claim.epoch],
      );
    }
    return {
      announced: new Set(announced.map(({ faceId }) => faceId)),
      ineligible: new Set(ids.filter((id) => !allowed.has(id))),
    };
  }

  /** announced → present. An intent that somebody took for void meanwhile is made good: the example is there. */
  async stored(em: EntityManager, claim: Claim, generation: number, face: PlannedFace, imageId: string): Promise<void> {
    const key = [claim.personId, face.contentHash, generation];
    const matched = await execute(
      em,
      `UPDATE example SET state = 'present', image_id = ?, intent_at = NULL
       WHERE person_id = ? AND content_hash = ? AND generation = ? AND state = 'announced'`,
      [imageId, ...key],
    );
    if (matched > 0) return;
    const known = await select(
      em,
      `SELECT id FROM example WHERE person_id = ? AND content_hash = ? AND generation = ?`,
      key,
    );
    if (known.length > 0) return;
    await execute(
      em,
      `INSERT INTO example (person_id, content_hash, generation, face_id, state, image_id, job_id, job_epoch)
       VALUES (?, ?, ?, ?, 'present', ?, ?, ?)`,
      [...key, face.faceId, imageId, claim.id, claim.epoch],
    );
  }

  /** announced → rejected: CompreFace will not have this content. */
  async rejected(
    em: EntityManager,
    personId: number,
    generation: number,
    contentHash: string,
    code: string,
    message: string,
  ): Promise<void> {
    await execute(
      em,
      `UPDATE example SET state = 'rejected', intent_at = NULL, reason_code = ?, reason_message = ?
       WHERE person_id = ? AND content_hash = ? AND generation = ? AND state = 'announced'`,
      [code, message.slice(0, 300), personId, contentHash, generation],
    );
  }

  /** The upload was begun and its outcome is unknown: the settle time counts from now, since it may have begun long after the intent. */
  async unsettled(em: EntityManager, personId: number, generation: number, contentHash: string): Promise<void> {
    await execute(
      em,
      `UPDATE example SET intent_at = ${this.db.now} WHERE person_id = ? AND content_hash = ? AND generation = ? AND state = 'announced'`,
      [personId, contentHash, generation],
    );
  }

  /** The intent is void: it is certain that nothing was stored for it. */
  async notSent(em: EntityManager, personId: number, generation: number, hashes: readonly string[]): Promise<void> {
    for (const some of chunks(hashes)) {
      await execute(
        em,
        `DELETE FROM example WHERE person_id = ? AND generation = ? AND state = 'announced' AND content_hash IN (${placeholders(some)})`,
        [personId, generation, ...some],
      );
    }
  }

  /** CompreFace has it under this id. False when the row was settled otherwise, or the id is another row's. */
  async adopt(rowId: number, imageId: string): Promise<boolean> {
    try {
      const matched = await execute(
        this.db.reader,
        "UPDATE example SET state = 'present', image_id = ?, intent_at = NULL WHERE id = ? AND state = 'announced'",
        [imageId, rowId],
      );
      return matched === 1;
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      return false;
    }
  }

  /** The example is there, but under another id than the row says. False when the row was changed since. */
  async follow(row: LedgerRow, imageId: string): Promise<boolean> {
    try {
      const matched = await execute(
        this.db.reader,
        "UPDATE example SET image_id = ? WHERE id = ? AND image_id = ? AND state = 'present'",
        [imageId, row.id, row.image_id],
      );
      return matched === 1;
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      return false;
    }
  }

  /** Rows of a person to be removed from CompreFace: they stop counting at once, and go when CompreFace has let go of them. */
  async markLeaving(em: EntityManager, personId: number, rowIds: readonly number[]): Promise<void> {
    for (const some of chunks(rowIds)) {
      await execute(
        em,
        `UPDATE example SET state = 'leaving' WHERE person_id = ? AND state = 'present' AND id IN (${placeholders(some)})`,
        [personId, ...some],
      );
    }
  }

  /** CompreFace turned out not to have these. A row that somebody else has settled since stays. */
  async forgetAbsent(rowIds: readonly number[]): Promise<void> {
    for (const some of chunks(rowIds)) {
      await execute(
        this.db.reader,
        `DELETE FROM example WHERE state = 'announced' AND id IN (${placeholders(some)})`,
        some,
      );
    }
  }

  /** A refusal by an older generation says nothing about the newest. */
  async forgetRejected(em: EntityManager, personId: number, beforeGeneration?: number): Promise<void> {
    const older = beforeGeneration === undefined ? '' : 'AND generation < ?';
    const values = beforeGeneration === undefined ? [personId] : [personId, beforeGeneration];
    await execute(em, `DELETE FROM example WHERE person_id = ? AND state = 'rejected' ${older}`, values);
  }

  async forget(rowIds: readonly number[], em: EntityManager = this.db.reader): Promise<void> {
    for (const some of chunks(rowIds))
      await execute(em, `DELETE FROM example WHERE id IN (${placeholders(some)})`, some);
  }
}

export function idsOf(rows: readonly LedgerRow[]): number[] {
  return rows.map(({ id }) => id);
}

function* chunks<T>(values: readonly T[]): Generator<T[]> {
  for (let start = 0; start < values.length; start += CHUNK) yield values.slice(start, start + CHUNK);
}
