import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { KeptSums } from '../database/kept-sums.js';
import { execute } from '../database/sql.js';
import { DomainError } from '../errors/domain-error.js';
import { Person } from '../persons/entities/person.entity.js';
import { personStatistics } from '../persons/person-counters.js';
import { PersonsService } from '../persons/persons.service.js';
import type { QueueState } from './dto/training-answers.dto.js';
import type { QueueTrainingBody } from './dto/training-requests.dto.js';
import { JobControl } from './job-control.js';
import { jobSums } from './job-counters.js';
import { JobExecution } from './job-execution.js';
import { JobQueue } from './job-queue.js';
import { JobRecords } from './job-records.js';
import { QueueProcessing } from './queue-processing.js';

export const DEFAULT_MIN_FACES = 3;
export const DEFAULT_FACES_PER_BATCH = 50;

/** What can be asked of the training queue. */
@Injectable()
export class TrainingService {
  constructor(
    private readonly db: Database,
    private readonly persons: PersonsService,
    private readonly queue: JobQueue,
    private readonly processing: QueueProcessing,
    private readonly execution: JobExecution,
    private readonly control: JobControl,
    private readonly records: JobRecords,
    private readonly sums: KeptSums,
  ) {}

  /** Queues a person; nothing starts yet. Throws `NOT_FOUND`, `ALREADY_EXISTS`, `INSUFFICIENT_DATA`, `RATE_LIMITED`. */
  queueTraining(personId: number, body: QueueTrainingBody, begun = false): Promise<number> {
    return this.queue.enqueue({
      personId,
      trainingType: body.trainingType ?? undefined,
      minFacesThreshold: body.config?.minFacesThreshold ?? DEFAULT_MIN_FACES,
      maxFacesPerBatch: body.config?.maxFacesPerBatch ?? DEFAULT_FACES_PER_BATCH,
      begun,
    });
  }

  /** Queues a person and starts at once; the work goes on after the answer. */
  async trainNow(personId: number, body: QueueTrainingBody): Promise<number> {
    // Begun: should this process die now, the job starts by itself.
    const jobId = await this.queueTraining(personId, body, true);
    this.processing.start(jobId);
    return jobId;
  }

  async queueState(limit: number): Promise<QueueState> {
    const [sums, jobs] = await Promise.all([this.sums.read(), this.records.queue(limit)]);
    const count = jobSums(sums);
    const people = personStatistics(sums);
    return {
      pendingJobs: jobs.pending,
      runningJobs: jobs.running,
      completedJobs: jobs.completed,
      failedJobs: jobs.failed,
      counts: {
        pending: count('all_pending'),
        running: count('all_running'),
        completed: count('all_completed'),
        failed: count('all_failed'),
        cancelled: count('all_cancelled'),
      },
      totalPeople: people.total_persons,
      trainedPeople: people.trained_persons,
      untrainedPeople: people.untrained_persons,
    };
  }

  /** Throws `NOT_FOUND`, or `INVALID_STATE` for a job that has ended. Says what the job's state is then. */
  async cancel(jobId: number): Promise<string> {
    const state = await this.control.cancel(jobId);
    if (state === 'running') this.execution.cancelHere(jobId);
    return state === 'cancelled' ? 'Training job cancelled' : 'Training job is being cancelled';
  }

  /** A new job like a failed one. Throws `NOT_FOUND`, `INVALID_STATE`, and what `queueTraining` throws. */
  async retry(jobId: number): Promise<number> {
    const job = await this.records.get(jobId);
    if (job.state !== 'failed') {
      throw new DomainError('INVALID_STATE', 'Only a failed job can be retried', { job_id: jobId, status: job.state });
    }
    const newJobId = await this.queue.enqueue({
      personId: job.personId,
      trainingType: job.trainingType,
      minFacesThreshold: 1,
      maxFacesPerBatch: job.maxFacesPerBatch,
      retryOf: job.id,
    });
    // Somebody has looked at it: automatic retries may begin anew.
    await execute(this.db.reader, 'UPDATE person SET retries_spent = 0 WHERE id = ?', [job.personId]);
    return newJobId;
  }

  /** Throws `NOT_FOUND`. */
  async history(
    personId: number,
    limit: number,
  ): Promise<{ person: Person; jobs: Awaited<ReturnType<JobRecords['list']>>['jobs'] }> {
    const person = await this.persons.get(personId);
    const { jobs: trainingHistory } = await this.records.list({ person_id: personId, limit });
    return { person, jobs: trainingHistory };
  }
}
