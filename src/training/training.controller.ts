import { Body, Controller, Get, HttpCode, Post, Put, Query, Res } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { ErrorAnswers } from '../errors/error-body.js';
import { LimitQuery } from '../persons/dto/id-and-page.dto.js';
import { AutoTrain } from './auto-train.js';
import { AutoTrainAnswer, CleanupAnswer, QueueAnswer, QueueProcessedAnswer } from './dto/training-answers.dto.js';
import { CleanupBody, ProcessQueueBody } from './dto/training-requests.dto.js';
import { AutoTrainBody, TrainingSettingsAnswer, UpdateSettingsBody } from './dto/training-settings.dto.js';
import { JobCleanup } from './job-cleanup.js';
import { QueueProcessing } from './queue-processing.js';
import { TrainingService } from './training.service.js';
import { TrainingSettingsService } from './training-settings.service.js';

const DEFAULT_DAYS_TO_KEEP = 30;

@ApiTags('Training')
@Controller('training')
export class TrainingController {
  constructor(
    private readonly training: TrainingService,
    private readonly processing: QueueProcessing,
    private readonly autoTrain: AutoTrain,
    private readonly settings: TrainingSettingsService,
    private readonly cleanup: JobCleanup,
  ) {}

  /**
   * Process all pending training jobs, and answer when they have ended. A caller that hangs up does not stop the work; should this process
   * end, the workers go on with it. While CompreFace is away: 502, and every job stays pending.
   */
  @Post('process-queue')
  @HttpCode(200)
  @ApiResponse({ status: 200, description: 'The jobs have ended', type: QueueProcessedAnswer })
  @ApiResponse({ status: 202, description: 'The work goes on (wait: false)', type: QueueProcessedAnswer })
  @ErrorAnswers('VALIDATION_ERROR', 'EXTERNAL_SERVICE_ERROR')
  async processQueue(
    @Body() body: ProcessQueueBody,
    @Res({ passthrough: true }) response: Response,
  ): Promise<QueueProcessedAnswer> {
    if (body.config?.wait === false) response.status(202);
    return this.processing.processQueue(body.config ?? {});
  }

  /** Show the queue: pending, running and ended jobs, and how many people are trained. */
  @Get('queue')
  @ErrorAnswers('VALIDATION_ERROR')
  async queue(@Query() { limit }: LimitQuery): Promise<QueueAnswer> {
    return { success: true, queue: await this.training.queueState(limit) };
  }

  /** Queue the people that are to be trained by the given rules; what is not given comes from the stored settings. */
  @Post('auto-train')
  @HttpCode(200)
  @ErrorAnswers('VALIDATION_ERROR')
  autoTrainNow(@Body() body: AutoTrainBody): Promise<AutoTrainAnswer> {
    return this.autoTrain.queueEligible(body.config ?? {});
  }

  /** Delete the history of ended jobs. Pending and running jobs are never touched. */
  @Post('cleanup')
  @HttpCode(200)
  @ErrorAnswers('VALIDATION_ERROR')
  async cleanUp(@Body() body: CleanupBody): Promise<CleanupAnswer> {
    const deleted = await this.cleanup.deleteOlderThan(body.daysToKeep ?? DEFAULT_DAYS_TO_KEEP);
    const records = deleted === 1 ? 'record' : 'records';
    return { success: true, message: `Cleaned up ${deleted} old training history ${records}`, deleted };
  }

  /** Show the settings of automatic training. */
  @Get('settings')
  @ErrorAnswers()
  async getSettings(): Promise<TrainingSettingsAnswer> {
    return { success: true, settings: await this.settings.get() };
  }

  /** Change the settings of automatic training, for all replicas. */
  @Put('settings')
  @ErrorAnswers('VALIDATION_ERROR')
  async updateSettings(@Body() body: UpdateSettingsBody): Promise<TrainingSettingsAnswer> {
    return { success: true, settings: await this.settings.update(body) };
  }
}
