import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ErrorAnswers } from '../../errors/error-body.js';
import type { RecognitionBatch } from '../../persons/decisions/recognition-batch.entity.js';
import { IdParam, PageQuery } from '../../persons/dto/id-and-page.dto.js';
import {
  RecognitionBatchListAnswer,
  type RecognitionBatchRecord,
  RecognitionBatchUndoneAnswer,
} from '../dto/recognition-batch.dto.js';
import { RecognitionBatches } from './recognition-batches.js';

@ApiTags('Recognition')
@Controller('recognition/batches')
export class RecognitionBatchesController {
  constructor(private readonly batches: RecognitionBatches) {}

  /** List what was assigned without asking, by what was decided together; newest first. */
  @Get()
  @ErrorAnswers('VALIDATION_ERROR')
  async list(@Query() { limit, page }: PageQuery): Promise<RecognitionBatchListAnswer> {
    const { batches, total } = await this.batches.list(limit, page);
    return { batches: batches.map(toRecord), total };
  }

  /**
   * Take a batch back. Its faces wait for review again, and are never assigned without asking any more; what somebody confirmed or
   * changed since stays. Their examples leave the collection at once.
   */
  @Post(':id/undo')
  @HttpCode(200)
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND', 'INVALID_STATE')
  async undo(@Param() { id }: IdParam): Promise<RecognitionBatchUndoneAnswer> {
    const { batch, takenBack, withdrawal } = await this.batches.undo(id);
    const kept = takenBack < batch.assigned ? '; the others were confirmed or changed since' : '';
    const message = `${takenBack} of ${batch.assigned} assignments taken back${kept}`;
    return { success: true, message, batch: toRecord(batch), faces_taken_back: takenBack, withdrawal };
  }
}

function toRecord({ id, kind, assigned, createdAt, undoneAt }: RecognitionBatch): RecognitionBatchRecord {
  return { id, kind, assigned, created_at: createdAt, undone_at: undoneAt };
}
