import { Injectable, Logger } from '@nestjs/common';
import { FaceEngine } from '../compreface/face-engine.js';
import { Database } from '../database/database.js';
import { select } from '../database/sql.js';
import type { QueueProcessedAnswer } from './dto/training-answers.dto.js';
import type { ProcessQueueConfig } from './dto/training-requests.dto.js';
import { JobPool } from './job-pool.js';
import { JobRecords } from './job-records.js';
import { type QueueRun, QueueRuns } from './queue-runs.js';

const DEFAULT_CONCURRENT_JOBS = 5;

interface PendingJob {
  readonly id: number;
  readonly begun: number;
  readonly run_at: number | string;
}

/** Starts jobs because somebody, or the schedule, says so. */
@Injectable()
export class QueueProcessing {
  private readonly logger = new Logger('Training');

  constructor(
    private readonly db: Database,
    private readonly engine: FaceEngine,
    private readonly pool: JobPool,
    private readonly runs: QueueRuns,
    private readonly records: JobRecords,
  ) {}

  /**
   * Runs the jobs that are pending now. Throws `EXTERNAL_SERVICE_ERROR` when CompreFace gives no sign of life before any was claimed:
   * every job stays pending then. `begun` is told that nothing stands in the way. Should this process end, the others go on.
   */
  async processQueue(config: ProcessQueueConfig = {}, begun?: () => Promise<void>): Promise<QueueProcessedAnswer> {
    const pending = await this.pending(config.maxJobs ?? null);
    const ids = pending.map(({ id }) => id);
    if (ids.length > 0) await this.engine.probe();
    const run = await this.open(pending);
    await begun?.();
    const work = this.work(ids, config.maxConcurrentJobs ?? DEFAULT_CONCURRENT_JOBS, run);
    if (config.wait === false) {
      this.inBackground(work);
      return { success: true, message: `Processing ${jobs(ids.length)}`, results: [], total: ids.length };
    }
    await work;
    return {
      success: true,
      message: `Processed ${jobs(ids.length)}`,
      results: await this.records.processed(ids),
      total: ids.length,
    };
  }

  /** Starts a job that was queued as begun; the work goes on after the answer. */
  start(jobId: number): void {
    this.inBackground(this.work([jobId], 1, null));
  }

  private async work(ids: readonly number[], concurrency: number, run: QueueRun | null): Promise<void> {
    let done = false;
    try {
      done = await this.pool.run(ids, concurrency);
    } finally {
      await run?.close(done);
    }
  }

  private inBackground(work: Promise<void>): void {
    work.catch((error: unknown) => {
      // The jobs are in the database: the workers go on with them.
      this.logger.warn(`processing stopped: ${error instanceof Error ? error.name : 'unknown error'}`);
    });
  }

  /** Null when each of them was begun before, so that the workers know them. */
  private async open(pending: readonly PendingJob[]): Promise<QueueRun | null> {
    const last = pending.findLast(({ begun }) => !begun);
    return last ? this.runs.open({ id: last.id, runAt: Number(last.run_at) }) : null;
  }

  private pending(limit: number | null): Promise<PendingJob[]> {
    return select<PendingJob>(
      this.db.reader,
      `SELECT id, begun, run_at FROM training_job WHERE state = 'pending' ORDER BY run_at, id ${limit === null ? '' : `LIMIT ${limit}`}`,
    );
  }
}

function jobs(count: number): string {
  return count === 1 ? '1 training job' : `${count} training jobs`;
}
