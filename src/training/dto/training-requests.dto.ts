import { Type } from 'class-transformer';
import { IsBoolean, IsIn, IsObject, IsOptional, ValidateNested } from 'class-validator';
import { LimitQuery, MAX_ID } from '../../persons/dto/id-and-page.dto.js';
import { WholeNumber, WholeNumberText } from '../../persons/dto/rules.js';
import { JOB_STATES, type JobState, TRAINING_TYPES, type TrainingType } from '../job-state.js';

/** How a person is to be trained. */
export class QueueTrainingConfig {
  /**
   * Eligible faces that the person must have; default 3.
   * @example 3
   */
  @IsOptional()
  @WholeNumber(1, 1000)
  minFacesThreshold?: number;

  /**
   * Faces that are announced to CompreFace together; default 50. A batch size, never a cap: every eligible face is trained.
   * @example 50
   */
  @IsOptional()
  @WholeNumber(1, 500)
  maxFacesPerBatch?: number;
}

/** A person to train. */
export class QueueTrainingBody {
  /**
   * full: every eligible face is sent anew, then the former examples leave. incremental: only faces without an example are sent, and
   * those that are no longer eligible leave. validation: measures, and writes nothing. Left out: full for a person never trained, else
   * incremental.
   * @example 'full'
   */
  @IsOptional()
  @IsIn(TRAINING_TYPES)
  trainingType?: TrainingType;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => QueueTrainingConfig)
  config?: QueueTrainingConfig;
}

/** How the queue is to be processed. */
export class ProcessQueueConfig {
  /**
   * Jobs that run at once.
   * @example 5
   */
  @IsOptional()
  @WholeNumber(1, 32)
  maxConcurrentJobs?: number;

  /**
   * false: answer 202 at once and work on.
   * @example true
   */
  @IsOptional()
  @IsBoolean()
  wait?: boolean;

  /**
   * Process at most so many jobs, the oldest first; left out: all that are pending.
   * @example 1000
   */
  @IsOptional()
  @WholeNumber(1, 1000)
  maxJobs?: number;
}

/** The queue is to be processed. */
export class ProcessQueueBody {
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => ProcessQueueConfig)
  config?: ProcessQueueConfig;
}

/** Old history is to go. */
export class CleanupBody {
  /**
   * Ended jobs older than so many days are deleted.
   * @example 30
   */
  @IsOptional()
  @WholeNumber(0, 3650)
  daysToKeep?: number;
}

/** The id of a job in a path. */
export class JobIdParam {
  /**
   * Id of the job.
   * @example 1
   */
  @WholeNumberText(1, MAX_ID)
  jobId!: number;
}

/** Which jobs to list, newest first. */
export class ListJobsQuery extends LimitQuery {
  /**
   * Only jobs in this state.
   * @example 'failed'
   */
  @IsOptional()
  @IsIn(JOB_STATES)
  status?: JobState;

  /**
   * Only jobs of this person.
   * @example 5
   */
  @IsOptional()
  @WholeNumberText(1, MAX_ID)
  person_id?: number;

  /**
   * Only jobs of this kind.
   * @example 'full'
   */
  @IsOptional()
  @IsIn(TRAINING_TYPES)
  type?: TrainingType;

  /**
   * `next_cursor` of the page before.
   * @example 120
   */
  @IsOptional()
  @WholeNumberText(1, MAX_ID)
  cursor?: number;
}
