import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../../database/database.js';
import { execute, select } from '../../database/sql.js';
import { DomainError } from '../../errors/domain-error.js';
import { FaceDecisions } from '../../persons/decisions/face-decisions.js';
import { RecognitionBatch } from '../../persons/decisions/recognition-batch.entity.js';
import { Clock } from '../../time/clock.js';
import { TakingBack } from './taking-back.js';

/** A batch and what taking it back did. */
export interface UndoneBatch {
  readonly batch: RecognitionBatch;
  readonly takenBack: number;
  readonly withdrawal: 'done' | 'pending';
}

/** Assignments that were made together without asking. */
@Injectable()
export class RecognitionBatches {
  constructor(
    private readonly db: Database,
    private readonly takingBack: TakingBack,
    private readonly decisions: FaceDecisions,
    private readonly clock: Clock,
  ) {}

  /** Newest first. */
  async list(limit: number, page: number): Promise<{ batches: RecognitionBatch[]; total: number }> {
    const [batches, total] = await this.db.reader.findAndCount(RecognitionBatch, {
      order: { id: 'DESC' },
      take: limit,
      skip: (page - 1) * limit,
    });
    return { batches, total };
  }

  /**
   * Takes every assignment of the batch back that nobody confirmed or changed. The batch counts as undone when all is done: a call that
   * broke off can be made again. Throws `NOT_FOUND`, or `INVALID_STATE` for one that was undone before.
   */
  async undo(id: number): Promise<UndoneBatch> {
    if ((await this.get(id)).undoneAt !== null) throw undoneBefore(id);
    const seen = new Set<number>();
    let [takenBack, isPending] = [0, false];
    let left = await this.close(id, seen);
    while (left !== null && left.length > 0) {
      for (const faceId of left) {
        seen.add(faceId);
        const withdrawal = await this.takingBack.takeBack(faceId, id);
        if (withdrawal === null) continue;
        takenBack += 1;
        if (withdrawal === 'pending') isPending = true;
      }
      left = await this.close(id, seen);
    }
    if (left === null && takenBack === 0) throw undoneBefore(id);
    return { batch: await this.get(id), takenBack, withdrawal: isPending ? 'pending' : 'done' };
  }

  /**
   * The batch is undone when each face that it assigned was seen to; those that were not are returned. A batch that is still being filled
   * waits for the lock, and takes nothing in once it is undone. Null for one that somebody else has undone.
   */
  private close(id: number, seen: ReadonlySet<number>): Promise<number[] | null> {
    return this.db.write(async (em) => {
      if (!(await this.decisions.isOpen(em, id))) return null;
      const left = (await assignedFaces(em, id)).filter((faceId) => !seen.has(faceId));
      if (left.length > 0) return left;
      await execute(em, 'UPDATE recognition_batch SET undone_at = ? WHERE id = ?', [this.clock.now(), id]);
      return [];
    });
  }

  private async get(id: number): Promise<RecognitionBatch> {
    const batch = await this.db.reader.findOneBy(RecognitionBatch, { id });
    if (!batch) throw new DomainError('NOT_FOUND', `There is no batch ${id}`, { batch_id: id });
    return batch;
  }
}

async function assignedFaces(em: EntityManager, batchId: number): Promise<number[]> {
  const rows = await select<{ face_id: number }>(
    em,
    "SELECT face_id FROM face_decision WHERE batch_id = ? AND outcome = 'assigned' ORDER BY face_id",
    [batchId],
  );
  return rows.map(({ face_id }) => face_id);
}

function undoneBefore(id: number): DomainError {
  return new DomainError('INVALID_STATE', 'The batch was taken back before', { batch_id: id });
}
