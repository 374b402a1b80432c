import { Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ErrorAnswers } from '../errors/error-body.js';
import { JobAnswer, JobCancelledAnswer, JobListAnswer, JobRetriedAnswer } from './dto/training-answers.dto.js';
import { JobIdParam, ListJobsQuery } from './dto/training-requests.dto.js';
import { JobRecords } from './job-records.js';
import { TrainingService } from './training.service.js';

@ApiTags('Training')
@Controller('training/jobs')
export class JobsController {
  constructor(
    private readonly records: JobRecords,
    private readonly training: TrainingService,
  ) {}

  /** List jobs, newest first. */
  @Get()
  @ErrorAnswers('VALIDATION_ERROR')
  async list(@Query() query: ListJobsQuery): Promise<JobListAnswer> {
    return { success: true, ...(await this.records.list(query)) };
  }

  /** Show a job with all that happened and the outcome of its faces. */
  @Get(':jobId')
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND')
  async get(@Param() { jobId }: JobIdParam): Promise<JobAnswer> {
    return { success: true, job: await this.records.detail(jobId) };
  }

  /** Cancel a job: a pending one ends at once, a running one stops sending within 3 s. What was added before stays. */
  @Delete(':jobId')
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND', 'INVALID_STATE')
  async cancel(@Param() { jobId }: JobIdParam): Promise<JobCancelledAnswer> {
    return { success: true, message: await this.training.cancel(jobId) };
  }

  /** Queue a failed job again, as a new job. */
  @Post(':jobId/retry')
  @ErrorAnswers('VALIDATION_ERROR', 'NOT_FOUND', 'ALREADY_EXISTS', 'INVALID_STATE', 'INSUFFICIENT_DATA', 'RATE_LIMITED')
  async retry(@Param() { jobId }: JobIdParam): Promise<JobRetriedAnswer> {
    return { success: true, message: 'Training job retried', newJobId: await this.training.retry(jobId) };
  }
}
