import { PersonRecord } from '../../persons/dto/person.dto.js';
import { JobDetailRecord, JobErrorRecord, JobRecord } from './job-records.dto.js';

/** A training was queued. */
export class TrainingQueuedAnswer {
  /** @example true */
  success!: boolean;

  /** @example 'Person queued for training' */
  message!: string;

  /** @example 1 */
  trainingId!: number;
}

/** A training was queued and started. */
export class TrainingStartedAnswer {
  /** @example 'Training started' */
  message!: string;

  person!: PersonRecord;

  /** @example 1 */
  trainingId!: number;
}

/** How one processed job came out. */
export class ProcessedJob {
  /** @example 1 */
  id!: number;

  /** @example 5 */
  person_id!: number;

  /** @example 'John Doe' */
  person_name!: string;

  /** @example 'full' */
  training_type!: string;

  /** @example 'completed' */
  status!: string;

  /** @example 15 */
  faces_added!: number;

  /** @example 0 */
  faces_failed!: number;

  /** @example 0 */
  faces_removed!: number;

  /** @example 0 */
  faces_unchanged!: number;

  /** @example 100 */
  success_rate!: number;

  /**
   * ms.
   * @example 5200
   */
  training_time!: number;

  error!: JobErrorRecord | null;
}

/** The queue was processed. */
export class QueueProcessedAnswer {
  /** @example true */
  success!: boolean;

  /** @example 'Processed 3 training jobs' */
  message!: string;

  /** At most 200. */
  results!: ProcessedJob[];

  /**
   * Jobs that were processed.
   * @example 3
   */
  total!: number;
}

/** Jobs by state. */
export class JobCounts {
  /** @example 1 */
  pending!: number;

  /** @example 0 */
  running!: number;

  /** @example 1 */
  completed!: number;

  /** @example 0 */
  failed!: number;

  /** @example 0 */
  cancelled!: number;
}

/** The queue as it stands. */
export class QueueState {
  /** Oldest first. */
  pendingJobs!: JobRecord[];

  runningJobs!: JobRecord[];

  /** Newest first. */
  completedJobs!: JobRecord[];

  /** Newest first. */
  failedJobs!: JobRecord[];

  counts!: JobCounts;

  /** @example 25 */
  totalPeople!: number;

  /** @example 10 */
  trainedPeople!: number;

  /** @example 15 */
  untrainedPeople!: number;
}

/** The queue. */
export class QueueAnswer {
  /** @example true */
  success!: boolean;

  queue!: QueueState;
}

/** A job that automatic training queued. */
export class AutoQueuedJob {
  /** @example 3 */
  id!: number;

  /** @example 5 */
  person_id!: number;

  /** @example 'John Doe' */
  person_name!: string;

  /** @example 'full' */
  training_type!: string;

  /** @example 'pending' */
  status!: string;

  /** @example 'Never trained before' */
  reason!: string;
}

/** What automatic training queued. */
export class AutoTrainAnswer {
  /** @example true */
  success!: boolean;

  /** @example 'Auto-queued 5 people for training' */
  message!: string;

  /** At most 200. */
  queuedJobs!: AutoQueuedJob[];

  /**
   * Jobs that were queued.
   * @example 5
   */
  total!: number;

  /**
   * Whether people are left because the queue is full or the limit was reached.
   * @example false
   */
  remaining!: boolean;
}

/** A page of jobs. */
export class JobListAnswer {
  /** @example true */
  success!: boolean;

  jobs!: JobRecord[];

  /**
   * Jobs that fit the query, on all pages.
   * @example 50
   */
  total!: number;

  /**
   * Give it as `cursor` for the next page; null on the last.
   * @example null
   */
  next_cursor!: number | null;
}

/** One job. */
export class JobAnswer {
  /** @example true */
  success!: boolean;

  job!: JobDetailRecord;
}

/** A job was cancelled, or is about to be. */
export class JobCancelledAnswer {
  /** @example true */
  success!: boolean;

  /** @example 'Training job cancelled' */
  message!: string;
}

/** A failed job is tried again. */
export class JobRetriedAnswer {
  /** @example true */
  success!: boolean;

  /** @example 'Training job retried' */
  message!: string;

  /** @example 15 */
  newJobId!: number;
}

/** Old history is gone. */
export class CleanupAnswer {
  /** @example true */
  success!: boolean;

  /** @example 'Cleaned up 50 old training history records' */
  message!: string;

  /** @example 50 */
  deleted!: number;
}

/** A person's trainings, newest first. */
export class TrainingHistoryAnswer {
  person!: PersonRecord;

  trainingHistory!: JobRecord[];
}
