import { setTimeout as wait } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { WorkerSettings } from '../config/settings.js';
import { Database } from '../database/database.js';
import { execute, placeholders, select } from '../database/sql.js';
import { DomainError } from '../errors/domain-error.js';
import { Clock } from '../time/clock.js';
import { type CountedJob, JobCounters } from './job-counters.js';
import { JobEvents } from './job-events.js';
import { type EndedState, isEnded, type JobState, MAX_CRASHES, type TrainingType } from './job-state.js';
import { PersonTraining } from './person-training.js';

const PAGE = 100;
/** What a batch of a cleanup may take, so that who claims a job meanwhile waits no longer; on a busy database it holds fewer jobs. */
const CLEANUP_BATCH_MS = 30;
const CLEANUP_BATCHES = { smallest: 50, first: 200, largest: 2_000 };
const CLEANUP_PAUSE_MS = 10;

interface ControlledJob {
  readonly id: number;
  readonly person_id: number;
  readonly training_type: TrainingType;
  readonly state: JobState;
  readonly epoch: number;
  readonly crashes: number;
  readonly cancel_requested_at: number | null;
  readonly success_rate: number;
  readonly training_time: number;
  readonly retry_of: number | null;
}

const COLUMNS =
  'id, person_id, training_type, state, epoch, crashes, cancel_requested_at, success_rate, training_time, retry_of';

/** What changes jobs from outside the process that works on them: cancelling, taking back from the dead, cleaning up. */
@Injectable()
export class JobControl {
  constructor(
    private readonly db: Database,
    private readonly counters: JobCounters,
    private readonly events: JobEvents,
    private readonly persons: PersonTraining,
    private readonly settings: WorkerSettings,
    private readonly clock: Clock,
  ) {}

  /**
   * A pending job ends at once; a running one is asked to, and its holder sees it at the next heartbeat. Returns the state that the
   * row then has. Throws `NOT_FOUND`, or `INVALID_STATE` for a job that has ended.
   */
  async cancel(jobId: number): Promise<JobState> {
    return this.db.write(async (em) => {
      const job = await this.lock(em, jobId);
      if (!job) throw new DomainError('NOT_FOUND', `There is no training job ${jobId}`, { job_id: jobId });
      if (isEnded(job.state)) {
        throw new DomainError('INVALID_STATE', `The job has ended already: it is ${job.state}`, {
          job_id: jobId,
          status: job.state,
        });
      }
      if (job.state === 'pending') {
        await this.endFromOutside(em, job, 'cancelled', null);
        return 'cancelled';
      }
      await execute(
        em,
        `UPDATE training_job SET cancel_requested_at = COALESCE(cancel_requested_at, ${this.db.now}) WHERE id = ?`,
        [jobId],
      );
      await this.events.add(em, jobId, job.epoch, 'cancel_requested');
      return 'running';
    });
  }

  /**
   * Takes running jobs back whose lease ran out. `all`: every one, when it is proven that no other process lives. `own`: jobs that this very
   * process works on; it lives, so their lease can only seem to be out (the clock was set, or the database was away). Returns how many.
   */
  async reap(all = false, own: readonly number[] = []): Promise<number> {
    let reaped = 0;
    for (let after = 0; ;) {
      const expired = all ? '' : `AND lease_until < ${this.db.now}`;
      const jobs = await select<{ id: number; epoch: number }>(
        this.db.reader,
        `SELECT id, epoch FROM training_job WHERE state = 'running' AND id > ? ${expired} ORDER BY id LIMIT ${PAGE}`,
        [after],
      );
      for (const job of jobs) {
        if (!own.includes(job.id) && (await this.takeBack(job.id, job.epoch, all))) reaped += 1;
      }
      const last = jobs.at(-1);
      if (!last || jobs.length < PAGE) return reaped;
      after = last.id;
    }
  }

  /** Ends the active job of a person that is gone. */
  async cancelOfDeleted(personId: number): Promise<void> {
    const [job] = await select<{ id: number }>(
      this.db.reader,
      'SELECT id FROM training_job WHERE active_person_id = ?',
      [personId],
    );
    if (job) await this.cancel(job.id).catch(ignoreEnded);
  }

  /** Deletes ended jobs that ended before `before`, by primary key and in batches, so that it stands in nobody's way. */
  async cleanUp(before: Date): Promise<number> {
    let deleted = 0;
    let size = CLEANUP_BATCHES.first;
    for (;;) {
      const startedMs = this.clock.monotonicMs();
      const batch = await this.db.write((em) => this.deleteBatch(em, before, size));
      deleted += batch;
      if (batch < size) return deleted;
      size = nextBatch(size, this.clock.monotonicMs() - startedMs);
      // Whoever claims and finishes jobs meanwhile gets the database to himself for a moment.
      await wait(CLEANUP_PAUSE_MS);
    }
  }

  private async takeBack(jobId: number, epoch: number, all: boolean): Promise<boolean> {
    return this.db.write(async (em) => {
      const job = await this.lock(em, jobId);
      // Whoever held it may have ended it, or taken a new lease, since the list was read.
      if (job?.state !== 'running' || job.epoch !== epoch) return false;
      if (!all && !(await this.leaseIsOut(em, jobId))) return false;
      const crashes = job.crashes + 1;
      await execute(em, 'UPDATE training_job SET crashes = ? WHERE id = ?', [crashes, jobId]);
      // Its former holder may have begun uploads until its lease ran out: they settle from now on, not from their intent.
      await execute(em, `UPDATE example SET intent_at = ${this.db.now} WHERE person_id = ? AND state = 'announced'`, [
        job.person_id,
      ]);
      if (job.cancel_requested_at !== null) await this.endFromOutside(em, job, 'cancelled', null);
      else if (crashes >= MAX_CRASHES) await this.endFromOutside(em, job, 'failed', POISON);
      else await this.requeue(em, job, crashes);
      return true;
    });
  }

  private async requeue(em: EntityManager, job: ControlledJob, crashes: number): Promise<void> {
    await execute(
      em,
      `UPDATE training_job SET state = 'pending', epoch = epoch + 1, owner = NULL, lease_until = NULL, run_at = ${this.db.now} + ? WHERE id = ?`,
      [this.settings.backoffMs * (crashes - 1), job.id],
    );
    await this.counters.move(em, counted(job), { ...counted(job), state: 'pending' });
    await this.events.add(
      em,
      job.id,
      job.epoch + 1,
      'taken_back',
      `its process ended or stood still (${crashes} of ${MAX_CRASHES})`,
    );
    if (job.training_type !== 'validation') await this.persons.trainingPaused(em, job.person_id);
  }

  private async endFromOutside(
    em: EntityManager,
    job: ControlledJob,
    state: EndedState,
    error: { code: string; message: string } | null,
  ): Promise<void> {
    await execute(
      em,
      `UPDATE training_job SET state = ?, epoch = epoch + 1, owner = NULL, lease_until = NULL, completed_at = ?,
         error_code = COALESCE(?, error_code), error_message = COALESCE(?, error_message) WHERE id = ?`,
      [state, this.clock.now(), error?.code ?? null, error?.message ?? null, job.id],
    );
    await this.counters.move(em, counted(job), { ...counted(job), state });
    await this.events.add(em, job.id, job.epoch + 1, state, error?.message ?? null);
    if (job.training_type !== 'validation') await this.persons.trainingEnded(em, job.person_id, job.id, state);
  }

  private async deleteBatch(em: EntityManager, before: Date, size: number): Promise<number> {
    const jobs: { readonly id: number }[] = [];
    for (const state of ['completed', 'failed', 'cancelled']) {
      const rows = await select<{ id: number }>(
        em,
        `SELECT id FROM training_job WHERE state = ? AND completed_at < ? ORDER BY completed_at, id LIMIT ?`,
        [state, before, size - jobs.length],
      );
      jobs.push(...rows);
      if (jobs.length >= size) break;
    }
    return this.deleteEnded(
      em,
      jobs.map(({ id }) => id),
    );
  }

  /** What somebody else has deleted since is not counted twice: only rows that are still there are locked, counted and deleted. */
  private async deleteEnded(em: EntityManager, ids: readonly number[]): Promise<number> {
    if (ids.length === 0) return 0;
    const jobs = await select<ControlledJob>(
      em,
      `SELECT ${COLUMNS} FROM training_job WHERE id IN (${placeholders(ids)}) AND state IN ('completed', 'failed', 'cancelled') ${this.db.forUpdate}`,
      ids,
    );
    if (jobs.length === 0) return 0;
    const locked = jobs.map(({ id }) => id);
    for (const [table, key] of TABLES_OF_A_JOB) {
      await execute(em, `DELETE FROM ${table} WHERE ${key} IN (${placeholders(locked)})`, locked);
    }
    await this.counters.moveAll(em, jobs.map(counted), []);
    return jobs.length;
  }

  private async leaseIsOut(em: EntityManager, jobId: number): Promise<boolean> {
    return (
      (await select(em, `SELECT id FROM training_job WHERE id = ? AND lease_until < ${this.db.now}`, [jobId]))
        .length === 1
    );
  }

  private async lock(em: EntityManager, jobId: number): Promise<ControlledJob | undefined> {
    const [job] = await select<ControlledJob>(
      em,
      `SELECT ${COLUMNS} FROM training_job WHERE id = ? ${this.db.forUpdate}`,
      [jobId],
    );
    return job;
  }
}

/** With their column for the job's id; the job itself last. */
const TABLES_OF_A_JOB = [
  ['job_face', 'job_id'],
  ['job_event', 'job_id'],
  ['job_result', 'job_id'],
  ['training_job', 'id'],
] as const;

const POISON = {
  code: 'POISON_JOB',
  message: `The process died ${MAX_CRASHES} times while it worked on this job: find the cause in the log, then retry the job`,
};

function counted(job: ControlledJob): CountedJob {
  return {
    trainingType: job.training_type,
    state: job.state,
    successRate: job.success_rate,
    trainingTime: job.training_time,
    retryOf: job.retry_of,
  };
}

/** Grows slowly and shrinks at once, so that one batch takes about `CLEANUP_BATCH_MS`. */
function nextBatch(size: number, tookMs: number): number {
  const fitting = size * Math.min(1.5, CLEANUP_BATCH_MS / Math.max(1, tookMs));
  return Math.round(Math.min(CLEANUP_BATCHES.largest, Math.max(CLEANUP_BATCHES.smallest, fitting)));
}

function ignoreEnded(error: unknown): void {
  if (!(error instanceof DomainError)) throw error;
}
