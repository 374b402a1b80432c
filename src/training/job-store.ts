import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { WorkerSettings } from '../config/settings.js';
import { Database } from '../database/database.js';
import { execute, select } from '../database/sql.js';
import { Clock } from '../time/clock.js';
import type { Claim } from './held-job.js';
import { counted, type CountedColumns, type CountedJob, JobCounters } from './job-counters.js';
import { type Ending, JobEndings, type JobError } from './job-endings.js';
import { JobEvents } from './job-events.js';
import { guardJob } from './job-guard.js';
import type { EndedState } from './job-state.js';
import { PersonTraining } from './person-training.js';
import { mustBeAlone } from './solitude.js';

/** How an attempt that is not the end goes on. */
export interface Pause {
  readonly delayMs: number;
  /** null: the error of the last attempt stays shown. */
  readonly error: JobError | null;
  /** Whether the attempt counts towards giving up. */
  readonly burnsAttempt: boolean;
  readonly outages: number;
  readonly activeMs: number;
}

interface JobRow extends CountedColumns {
  readonly id: number;
  readonly person_id: number;
  readonly epoch: number;
  readonly attempt: number;
  readonly outages: number;
  readonly crashes: number;
  readonly max_faces_per_batch: number;
}

const JOB_COLUMNS = `id, person_id, training_type, state, epoch, attempt, outages, crashes, max_faces_per_batch, retry_of, training_time, success_rate`;

/** The transitions of a job. Each is one guarded write that returns whether it won; counters and events change with it. */
@Injectable()
export class JobStore {
  /** Random for each start: a process never takes its predecessor's jobs for its own. */
  readonly owner = randomUUID();

  constructor(
    private readonly db: Database,
    private readonly counters: JobCounters,
    private readonly events: JobEvents,
    private readonly endings: JobEndings,
    private readonly persons: PersonTraining,
    private readonly settings: WorkerSettings,
    private readonly clock: Clock,
  ) {}

  /** pending → running. Null when another process was faster, the job is not pending, or it must be `alone`. */
  async claim(jobId: number, alone = false): Promise<Claim | null> {
    return this.db.write(async (em) => {
      const row = await this.find(em, jobId);
      if (row?.state !== 'pending' || (!alone && mustBeAlone(row.crashes))) return null;
      const won = await execute(
        em,
        `UPDATE training_job SET state = 'running', begun = 1, owner = ?, epoch = epoch + 1, attempt = attempt + 1,
           lease_until = ${this.db.now} + ?, started_at = COALESCE(started_at, ?)
         WHERE id = ? AND state = 'pending' AND epoch = ?`,
        [this.owner, this.settings.leaseMs, this.clock.now(), jobId, row.epoch],
      );
      if (won !== 1) return null;
      const epoch = row.epoch + 1;
      await this.counters.move(em, counted(row), { ...counted(row), state: 'running' });
      await this.events.add(em, jobId, epoch, 'started', `attempt ${row.attempt + 1}`);
      if (row.training_type !== 'validation') await this.persons.trainingStarted(em, row.person_id);
      return toClaim({ ...row, epoch, attempt: row.attempt + 1 });
    });
  }

  /** Extends the lease and reads the cancel request back. */
  async heartbeat(claim: Claim): Promise<{ held: boolean; cancelRequested: boolean }> {
    const matched = await execute(
      this.db.reader,
      `UPDATE training_job SET lease_until = ${this.db.now} + ? WHERE id = ? AND epoch = ? AND state = 'running'`,
      [this.settings.leaseMs, claim.id, claim.epoch],
    );
    if (matched !== 1) return { held: false, cancelRequested: false };
    const [row] = await select<{ cancel_requested_at: number | null }>(
      this.db.reader,
      'SELECT cancel_requested_at FROM training_job WHERE id = ?',
      [claim.id],
    );
    return { held: true, cancelRequested: row?.cancel_requested_at != null };
  }

  /** running → pending. A cancel request that came meanwhile ends the job instead. */
  async pause(claim: Claim, pause: Pause): Promise<void> {
    await this.db.write(async (em) => {
      await guardJob(em, claim);
      if (await this.cancelWasRequested(em, claim.id)) {
        await this.endings.write(em, claim, {
          state: 'cancelled',
          error: null,
          successRate: null,
          activeMs: pause.activeMs,
        });
        return;
      }
      await guardJob(
        em,
        claim,
        `state = 'pending', owner = NULL, lease_until = NULL, epoch = epoch + 1, run_at = ${this.db.now} + ?, attempt = attempt - ?,
         outages = ?, training_time = training_time + ?, error_code = COALESCE(?, error_code), error_message = COALESCE(?, error_message)`,
        [
          Math.round(pause.delayMs),
          pause.burnsAttempt ? 0 : 1,
          pause.outages,
          Math.round(pause.activeMs),
          pause.error?.code ?? null,
          pause.error?.message.slice(0, 300) ?? null,
        ],
      );
      const before: CountedJob = { ...claim, state: 'running', successRate: 0 };
      await this.counters.move(em, before, { ...before, state: 'pending' });
      await this.events.add(
        em,
        claim.id,
        claim.epoch + 1,
        'waiting',
        pause.error ? `${pause.error.code}: ${pause.error.message}` : null,
      );
      if (claim.trainingType !== 'validation') await this.persons.trainingPaused(em, claim.personId);
    });
  }

  /** running → ended. A cancel request that came first wins: the state that was reached is returned. */
  async finish(
    claim: Claim,
    ending: Ending,
    inTransaction?: (em: EntityManager) => Promise<void>,
  ): Promise<EndedState> {
    return this.db.write(async (em) => {
      await guardJob(em, claim);
      if (await this.cancelWasRequested(em, claim.id)) {
        await this.endings.write(em, claim, { ...ending, state: 'cancelled', error: null });
        return 'cancelled';
      }
      await inTransaction?.(em);
      await this.endings.write(em, claim, ending);
      return ending.state;
    });
  }

  /** running → cancelled, on somebody's wish that the holder has seen. */
  async cancelled(claim: Claim, activeMs: number): Promise<void> {
    await this.db.write((em) =>
      this.endings.write(em, claim, { state: 'cancelled', error: null, successRate: null, activeMs }),
    );
  }

  /** Uploads whose outcome was not written down may have begun long after their intent: they settle from now on. */
  async settleFromNow(claim: Claim): Promise<void> {
    await this.db.write(async (em) => {
      await guardJob(em, claim);
      await execute(em, `UPDATE example SET intent_at = ${this.db.now} WHERE person_id = ? AND state = 'announced'`, [
        claim.personId,
      ]);
    });
  }

  /** The lease ran out, yet this process lives: what was counted as a crash of the job, and as an attempt, was an outage. */
  async livesOn(claim: Claim): Promise<void> {
    const takenBack = claim.epoch + 1;
    await execute(
      this.db.reader,
      `UPDATE training_job SET crashes = crashes - 1, attempt = attempt - 1 WHERE id = ? AND state IN ('pending', 'running') AND crashes > 0
         AND EXISTS (SELECT 1 FROM job_event e WHERE e.job_id = ? AND e.epoch = ? AND e.event = 'taken_back')`,
      [claim.id, claim.id, takenBack],
    );
  }

  private async cancelWasRequested(em: EntityManager, jobId: number): Promise<boolean> {
    const [row] = await select<{ cancel_requested_at: number | null }>(
      em,
      'SELECT cancel_requested_at FROM training_job WHERE id = ?',
      [jobId],
    );
    return row?.cancel_requested_at != null;
  }

  private async find(em: EntityManager, jobId: number): Promise<JobRow | undefined> {
    const [row] = await select<JobRow>(em, `SELECT ${JOB_COLUMNS} FROM training_job WHERE id = ?`, [jobId]);
    return row;
  }
}

function toClaim(row: JobRow): Claim {
  return {
    id: row.id,
    personId: row.person_id,
    trainingType: row.training_type,
    epoch: row.epoch,
    attempt: row.attempt,
    outages: row.outages,
    maxFacesPerBatch: row.max_faces_per_batch,
    retryOf: row.retry_of,
    trainingTime: row.training_time,
  };
}
