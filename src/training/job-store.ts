import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { WorkerSettings } from '../config/settings.js';
import { Database } from '../database/database.js';
import { execute, select, type SqlValue } from '../database/sql.js';
import { Clock } from '../time/clock.js';
import { type Claim, LostJobError } from './held-job.js';
import { counted, type CountedColumns, type CountedJob, JobCounters } from './job-counters.js';
import { JobEvents } from './job-events.js';
import type { EndedState } from './job-state.js';
import { PersonTraining } from './person-training.js';

/** An error as a job shows it. */
export interface JobError {
  readonly code: string;
  readonly message: string;
}

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

/** How a job ends. */
export interface Ending {
  readonly state: EndedState;
  readonly error: JobError | null;
  /** Null: what the faces so far come to. */
  readonly successRate: number | null;
  readonly activeMs: number;
}

interface JobRow extends CountedColumns {
  readonly id: number;
  readonly person_id: number;
  readonly epoch: number;
  readonly attempt: number;
  readonly outages: number;
  readonly max_faces_per_batch: number;
}

const JOB_COLUMNS = `id, person_id, training_type, state, epoch, attempt, outages, max_faces_per_batch, retry_of, training_time, success_rate`;

/** The transitions of a job. Each is one guarded write that returns whether it won; counters and events change with it. */
@Injectable()
export class JobStore {
  /** Random for each start: a process never takes its predecessor's jobs for its own. */
  readonly owner = randomUUID();

  constructor(
    private readonly db: Database,
    private readonly counters: JobCounters,
    private readonly events: JobEvents,
    private readonly persons: PersonTraining,
    private readonly settings: WorkerSettings,
    private readonly clock: Clock,
  ) {}

  /** pending → running. Null when another process was faster, or the job is not pending. */
  async claim(jobId: number): Promise<Claim | null> {
    return this.db.write(async (em) => {
      const row = await this.find(em, jobId);
      if (row?.state !== 'pending') return null;
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

  /** First statement of every transaction that writes for a job: throws `LostJobError` when the job is not ours any more. */
  async guard(
    em: EntityManager,
    claim: Claim,
    assignments = 'epoch = epoch',
    values: readonly SqlValue[] = [],
  ): Promise<void> {
    const matched = await execute(
      em,
      `UPDATE training_job SET ${assignments} WHERE id = ? AND epoch = ? AND state = 'running'`,
      [...values, claim.id, claim.epoch],
    );
    if (matched !== 1) throw new LostJobError(claim.id);
  }

  /** running → pending. A cancel request that came meanwhile ends the job instead. */
  async pause(claim: Claim, pause: Pause): Promise<void> {
    await this.db.write(async (em) => {
      await this.guard(em, claim);
      if (await this.cancelWasRequested(em, claim.id)) {
        await this.end(em, claim, { state: 'cancelled', error: null, successRate: null, activeMs: pause.activeMs });
        return;
      }
      await this.guard(
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
      await this.guard(em, claim);
      if (await this.cancelWasRequested(em, claim.id)) {
        await this.end(em, claim, { ...ending, state: 'cancelled', error: null });
        return 'cancelled';
      }
      await inTransaction?.(em);
      await this.end(em, claim, ending);
      return ending.state;
    });
  }

  /** running → cancelled, on somebody's wish that the holder has seen. */
  async cancelled(claim: Claim, activeMs: number): Promise<void> {
    await this.db.write((em) => this.end(em, claim, { state: 'cancelled', error: null, successRate: null, activeMs }));
  }

  /** Uploads whose outcome was not written down may have begun long after their intent: they settle from now on. */
  async settleFromNow(claim: Claim): Promise<void> {
    await this.db.write(async (em) => {
      await this.guard(em, claim);
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

  private async end(em: EntityManager, claim: Claim, ending: Ending): Promise<void> {
    await this.guard(em, claim);
    await this.recountFaces(em, claim);
    const rate = ending.successRate ?? (await this.currentRate(em, claim));
    await this.guard(
      em,
      claim,
      `state = ?, owner = NULL, lease_until = NULL, completed_at = ?, success_rate = ?, training_time = training_time + ?, error_code = ?, error_message = ?`,
      [
        ending.state,
        this.clock.now(),
        rate,
        Math.round(ending.activeMs),
        ending.error?.code ?? null,
        ending.error?.message.slice(0, 300) ?? null,
      ],
    );
    const [row] = await select<{ training_time: number }>(em, 'SELECT training_time FROM training_job WHERE id = ?', [
      claim.id,
    ]);
    await this.counters.move(
      em,
      { ...claim, state: 'running', successRate: 0 },
      { ...claim, state: ending.state, successRate: rate, trainingTime: row?.training_time ?? 0 },
    );
    await this.events.add(
      em,
      claim.id,
      claim.epoch,
      ending.state,
      ending.error ? `${ending.error.code}: ${ending.error.message}` : null,
    );
    if (claim.trainingType !== 'validation')
      await this.persons.trainingEnded(em, claim.personId, claim.id, ending.state);
  }

  /** The running sums are for the progress; the faces themselves have the last word. */
  private async recountFaces(em: EntityManager, claim: Claim): Promise<void> {
    const of = (...outcomes: string[]): string =>
      `(SELECT COUNT(*) FROM job_face WHERE job_id = ? AND outcome IN (${outcomes.map((outcome) => `'${outcome}'`).join(', ')}))`;
    await this.guard(
      em,
      claim,
      `faces_added = ${of('added')}, faces_unchanged = ${of('unchanged')}, faces_removed = ${of('removed')}, faces_failed = ${of('rejected', 'failed')}`,
      [claim.id, claim.id, claim.id, claim.id],
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

  private async currentRate(em: EntityManager, claim: Claim): Promise<number> {
    const [row] = await select<{ trained: number; planned: number }>(
      em,
      'SELECT faces_added + faces_unchanged AS trained, faces_planned AS planned FROM training_job WHERE id = ?',
      [claim.id],
    );
    return successRate(row?.trained ?? 0, row?.planned ?? 0);
  }

  private async find(em: EntityManager, jobId: number): Promise<JobRow | undefined> {
    const [row] = await select<JobRow>(em, `SELECT ${JOB_COLUMNS} FROM training_job WHERE id = ?`, [jobId]);
    return row;
  }
}

/** Per cent of the planned faces that are trained, one decimal. Nothing planned is no success. */
export function successRate(trained: number, planned: number): number {
  return planned === 0 ? 0 : Math.round((Math.min(trained, planned) / planned) * 1_000) / 10;
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
