import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { execute, select } from '../../database/sql.js';
import { DomainError } from '../../errors/domain-error.js';
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
    let [takenBack, isPending] = [0, false];
    for (const faceId of await this.assignedFaces(id)) {
      const withdrawal = await this.takingBack.takeBack(faceId, id);
      if (withdrawal === null) continue;
      takenBack += 1;
      if (withdrawal === 'pending') isPending = true;
    }
    const ended = await execute(
      this.db.reader,
      'UPDATE recognition_batch SET undone_at = ? WHERE id = ? AND undone_at IS NULL',
      [this.clock.now(), id],
    );
    if (ended === 0 && takenBack === 0) throw undoneBefore(id);
    return { batch: await this.get(id), takenBack, withdrawal: isPending ? 'pending' : 'done' };
  }

  private async get(id: number): Promise<RecognitionBatch> {
    const batch = await this.db.reader.findOneBy(RecognitionBatch, { id });
    if (!batch) throw new DomainError('NOT_FOUND', `There is no batch ${id}`, { batch_id: id });
    return batch;
  }

  private async assignedFaces(batchId: number): Promise<number[]> {
    const rows = await select<{ face_id: number }>(
      this.db.reader,
      "SELECT face_id FROM face_decision WHERE batch_id = ? AND outcome = 'assigned' ORDER BY face_id",
      [batchId],
    );
    return rows.map(({ face_id }) => face_id);
  }
}

function undoneBefore(id: number): DomainError {
  return new DomainError('INVALID_STATE', 'The batch was taken back before', { batch_id: id });
}
