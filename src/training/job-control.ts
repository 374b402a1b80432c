import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { WorkerSettings } from '../config/settings.js';
import { Database } from '../database/database.js';
import { execute, select } from '../database/sql.js';
import { DomainError } from '../errors/domain-error.js';
import { Clock } from '../time/clock.js';
import { counted, type CountedColumns, JobCounters } from './job-counters.js';
import { JobEvents } from './job-events.js';
import { type EndedState, isEnded, type JobState, MAX_CRASHES } from './job-state.js';
import { PersonTraining } from './person-training.js';

const PAGE = 100;

interface ControlledJob extends CountedColumns {
  readonly id: number;
  readonly person_id: number;
  readonly epoch: number;
  readonly crashes: number;
  readonly cancel_requested_at: number | null;
}

const COLUMNS =
  'id, person_id, training_type, state, epoch, crashes, cancel_requested_at, success_rate, training_time, retry_of';

/** What changes jobs from outside the process that works on them: cancelling, and taking back from the dead. */
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

const POISON = {
  code: 'POISON_JOB',
  message: `The process died ${MAX_CRASHES} times while it worked on this job: find the cause in the log, then retry the job`,
};

function ignoreEnded(error: unknown): void {
  if (!(error instanceof DomainError)) throw error;
}
