import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';
import { execute, placeholders, select } from '../database/sql.js';
import { ELIGIBLE_SQL } from '../persons/face-state.js';
import type { Claim } from './held-job.js';
import { JobEvents } from './job-events.js';
import { guardJob } from './job-guard.js';
import type { FaceOutcome } from './job-state.js';
import type { FaceReasonCode } from './upload-verdict.js';

/** A face of the snapshot that has no outcome yet. */
export interface OpenFace {
  readonly faceId: number;
  readonly contentHash: string;
  /** How often the outcome of its upload stayed unknown while others went through. */
  readonly unknownTries: number;
  /** CompreFace broke on it once already. */
  readonly brokeOnce: boolean;
}

/** The faces of a job by outcome. */
export interface FaceCounts {
  readonly planned: number;
  readonly added: number;
  readonly unchanged: number;
  readonly removed: number;
  readonly rejected: number;
  readonly failed: number;
  readonly open: number;
}

/** What a job is to train, and the ledger generation that it fills. */
export interface Snapshot {
  readonly generation: number;
}

/** The faces of a job: the snapshot taken at its start, and the outcome of each. */
@Injectable()
export class JobFaces {
  constructor(
    private readonly db: Database,
    private readonly events: JobEvents,
  ) {}

  /** Takes the snapshot, or finds the one of a former attempt. A full training opens a new generation of the ledger. */
  async takeSnapshot(claim: Claim): Promise<Snapshot> {
    return this.db.write(async (em) => {
      await guardJob(em, claim);
      const [job] = await select<{ generation: number | null }>(
        em,
        'SELECT generation FROM training_job WHERE id = ?',
        [claim.id],
      );
      if (job?.generation != null) return { generation: job.generation };
      // Changes of the person's faces raise its generation: with the row locked the snapshot and the number belong together.
      const [person] = await select<{ desired_generation: number }>(
        em,
        `SELECT desired_generation FROM person WHERE id = ? ${this.db.forUpdate}`,
        [claim.personId],
      );
      const generation = await this.generationFor(em, claim);
      const planned = await execute(
        em,
        `INSERT INTO job_face (job_id, face_id, content_hash, tries)
         SELECT ?, f.id, f.content_hash, 0 FROM face f WHERE f.person_id = ? AND ${ELIGIBLE_SQL}`,
        [claim.id, claim.personId],
      );
      await guardJob(em, claim, 'generation = ?, snapshot_generation = ?, faces_planned = ?', [
        generation,
        person?.desired_generation ?? 0,
        planned,
      ]);
      await this.events.add(em, claim.id, claim.epoch, 'snapshot', `${planned} eligible faces`);
      return { generation };
    });
  }

  private async generationFor(em: EntityManager, claim: Claim): Promise<number> {
    const [row] = await select<{ newest: number | null }>(
      em,
      'SELECT MAX(generation) AS newest FROM example WHERE person_id = ?',
      [claim.personId],
    );
    const newest = row?.newest ?? 0;
    return claim.trainingType === 'full' ? newest + 1 : Math.max(1, newest);
  }

  /** The next open faces above `afterFaceId`. */
  async open(jobId: number, afterFaceId: number, limit: number): Promise<OpenFace[]> {
    const rows = await select<{ face_id: number; content_hash: string; tries: number; reason_code: string | null }>(
      this.db.reader,
      'SELECT face_id, content_hash, tries, reason_code FROM job_face WHERE job_id = ? AND outcome IS NULL AND face_id > ? ORDER BY face_id LIMIT ?',
      [jobId, afterFaceId, limit],
    );
    return rows.map((row) => ({
      faceId: row.face_id,
      contentHash: row.content_hash,
      unknownTries: row.tries,
      brokeOnce: row.reason_code === BROKE_ONCE.code,
    }));
  }

  async settle(
    em: EntityManager,
    jobId: number,
    faceId: number,
    outcome: FaceOutcome,
    code: string | null = null,
    message: string | null = null,
  ): Promise<void> {
    await execute(
      em,
      'UPDATE job_face SET outcome = ?, reason_code = ?, reason_message = ? WHERE job_id = ? AND face_id = ?',
      [outcome, code, message?.slice(0, 300) ?? null, jobId, faceId],
    );
  }

  async countUnknown(em: EntityManager, jobId: number, faceId: number): Promise<void> {
    await execute(em, 'UPDATE job_face SET tries = tries + 1 WHERE job_id = ? AND face_id = ?', [jobId, faceId]);
  }

  /** The face stays open, with the reason by which its next try knows that it is the last. */
  async noteBreak(em: EntityManager, jobId: number, faceId: number): Promise<void> {
    await execute(em, 'UPDATE job_face SET reason_code = ?, reason_message = ? WHERE job_id = ? AND face_id = ?', [
      BROKE_ONCE.code,
      BROKE_ONCE.message,
      jobId,
      faceId,
    ]);
  }

  /** CompreFace turned out not to have these contents: their faces are open again. */
  async reopen(em: EntityManager, jobId: number, hashes: readonly string[]): Promise<void> {
    for (let start = 0; start < hashes.length; start += 500) {
      const some = hashes.slice(start, start + 500);
      await execute(
        em,
        `UPDATE job_face SET outcome = NULL WHERE job_id = ? AND outcome IN ('added', 'unchanged') AND content_hash IN (${placeholders(some)})`,
        [jobId, ...some],
      );
    }
  }

  /** A face outside the snapshot whose example was removed. */
  async addRemoved(em: EntityManager, jobId: number, faceId: number, contentHash: string): Promise<void> {
    const known = await select(em, 'SELECT face_id FROM job_face WHERE job_id = ? AND face_id = ?', [jobId, faceId]);
    if (known.length > 0) await this.settle(em, jobId, faceId, 'removed', 'NO_LONGER_ELIGIBLE', NO_LONGER);
    else {
      await execute(
        em,
        `INSERT INTO job_face (job_id, face_id, content_hash, outcome, reason_code, reason_message, tries) VALUES (?, ?, ?, 'removed', 'NO_LONGER_ELIGIBLE', ?, 0)`,
        [jobId, faceId, contentHash, NO_LONGER],
      );
    }
  }

  async count(jobId: number, em: EntityManager = this.db.reader): Promise<FaceCounts> {
    const rows = await select<{ outcome: FaceOutcome | null; n: number }>(
      em,
      'SELECT outcome, COUNT(*) AS n FROM job_face WHERE job_id = ? GROUP BY outcome',
      [jobId],
    );
    const of = (outcome: FaceOutcome | null): number => rows.find((row) => row.outcome === outcome)?.n ?? 0;
    const [job] = await select<{ faces_planned: number }>(em, 'SELECT faces_planned FROM training_job WHERE id = ?', [
      jobId,
    ]);
    return {
      planned: job?.faces_planned ?? 0,
      added: of('added'),
      unchanged: of('unchanged'),
      removed: of('removed'),
      rejected: of('rejected'),
      failed: of('failed'),
      open: of(null),
    };
  }
}

/** Of a face that is still open: this is apart from the unknown outcomes, of which no number makes a photo bad. */
const BROKE_ONCE: { readonly code: FaceReasonCode; readonly message: string } = {
  code: 'SERVICE_REFUSED',
  message: 'CompreFace broke on this image: it is tried once more',
};

export const NO_LONGER = 'The face was taken from the person, excluded or deleted meanwhile';
