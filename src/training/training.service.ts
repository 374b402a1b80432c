import { Injectable, Logger } from '@nestjs/common';
import { FaceEngine } from '../compreface/face-engine.js';
import { Database } from '../database/database.js';
import { KeptSums } from '../database/kept-sums.js';
import { execute, select } from '../database/sql.js';
import { DomainError } from '../errors/domain-error.js';
import { Person } from '../persons/entities/person.entity.js';
import { personStatistics } from '../persons/person-counters.js';
import { PersonsService } from '../persons/persons.service.js';
import type { QueueProcessedAnswer, QueueState } from './dto/training-answers.dto.js';
import type { ProcessQueueConfig, QueueTrainingBody } from './dto/training-requests.dto.js';
import { JobControl } from './job-control.js';
import { jobSums } from './job-counters.js';
import { JobExecution } from './job-execution.js';
import { JobPool } from './job-pool.js';
import { JobQueue } from './job-queue.js';
import { JobRecords } from './job-records.js';

export const DEFAULT_MIN_FACES = 3;
export const DEFAULT_FACES_PER_BATCH = 50;
const DEFAULT_CONCURRENT_JOBS = 5;

/** What can be asked of the training queue. */
@Injectable()
export class TrainingService {
  private readonly logger = new Logger('Training');

  constructor(
    private readonly db: Database,
    private readonly engine: FaceEngine,
    private readonly persons: PersonsService,
    private readonly queue: JobQueue,
    private readonly pool: JobPool,
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
    this.inBackground([jobId], 1);
    return jobId;
  }

  /**
   * Runs the jobs that are pending now. Throws `EXTERNAL_SERVICE_ERROR` when CompreFace gives no sign of life before any was claimed:
   * every job stays pending then. `begun` is told that nothing stands in the way.
   */
  async processQueue(config: ProcessQueueConfig = {}, begun?: () => Promise<void>): Promise<QueueProcessedAnswer> {
    const ids = await this.pendingIds(config.maxJobs ?? null);
    const concurrency = config.maxConcurrentJobs ?? DEFAULT_CONCURRENT_JOBS;
    if (ids.length > 0) await this.engine.probe();
    await begun?.();
    if (config.wait === false) {
      this.inBackground(ids, concurrency);
      return { success: true, message: `Processing ${jobs(ids.length)}`, results: [], total: ids.length };
    }
    await this.pool.run(ids, concurrency);
    return {
      success: true,
      message: `Processed ${jobs(ids.length)}`,
      results: await this.records.processed(ids),
      total: ids.length,
    };
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

  private inBackground(ids: readonly number[], concurrency: number): void {
    this.pool.run(ids, concurrency).catch((error: unknown) => {
      // The jobs are in the database: what was begun is taken up again by the worker.
      this.logger.warn(`processing stopped: ${error instanceof Error ? error.name : 'unknown error'}`);
    });
  }

  private async pendingIds(limit: number | null): Promise<number[]> {
    const rows = await select<{ id: number }>(
      this.db.reader,
      `SELECT id FROM training_job WHERE state = 'pending' ORDER BY run_at, id ${limit === null ? '' : `LIMIT ${limit}`}`,
    );
    return rows.map(({ id }) => id);
  }
}

function jobs(count: number): string {
  return count === 1 ? '1 training job' : `${count} training jobs`;
}
