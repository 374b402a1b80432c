import { setTimeout as wait } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';
import { execute, placeholders, readTime, select } from '../database/sql.js';
import { Clock } from '../time/clock.js';
import { counted, type CountedColumns, JobCounters } from './job-counters.js';
import { ENDED_STATES, type EndedState } from './job-state.js';

const DAY_MS = 86_400_000;
/** What a batch may take, so that who claims a job meanwhile waits no longer; on a busy database it holds fewer jobs. */
const BATCH_MS = 30;
const BATCHES = { smallest: 50, first: 200, largest: 2_000 };
const PAUSE_MS = 10;

/** With their column for the job's id; the job itself last. */
const TABLES_OF_A_JOB = [
  ['job_face', 'job_id'],
  ['job_event', 'job_id'],
  ['job_result', 'job_id'],
  ['training_job', 'id'],
] as const;

interface EndedJob extends CountedColumns {
  readonly id: number;
}

/** Deletes the history, by primary key and in batches, so that it stands in nobody's way. */
@Injectable()
export class JobCleanup {
  constructor(
    private readonly db: Database,
    private readonly counters: JobCounters,
    private readonly clock: Clock,
  ) {}

  /** Deletes the jobs that ended so many days ago, with all that is recorded of them. Returns how many. */
  async deleteOlderThan(days: number): Promise<number> {
    const before = new Date(this.clock.now().getTime() - days * DAY_MS);
    const batch = { size: BATCHES.first };
    let deleted = 0;
    for (const state of ENDED_STATES) deleted += await this.deleteInState(state, before, batch);
    return deleted;
  }

  private async deleteInState(state: EndedState, before: Date, batch: { size: number }): Promise<number> {
    let deleted = 0;
    // Each batch is looked for where the last one ended: what was deleted stays in the index until the database purges it, and to pass
    // over all of it again would make every batch slower than the one before.
    for (let from = new Date(0); ;) {
      const jobs = await select<{ id: number; completed_at: Date | string }>(
        this.db.reader,
        `SELECT id, completed_at FROM training_job WHERE state = ? AND completed_at >= ? AND completed_at < ?
         ORDER BY completed_at, id LIMIT ?`,
        [state, from, before, batch.size],
      );
      const last = jobs.at(-1);
      if (!last) return deleted;
      const startedMs = this.clock.monotonicMs();
      const ids = jobs.map(({ id }) => id);
      deleted += await this.db.write((em) => this.deleteBatch(em, ids));
      if (jobs.length < batch.size) return deleted;
      from = readTime(last.completed_at) ?? from;
      batch.size = nextSize(batch.size, this.clock.monotonicMs() - startedMs);
      // Whoever claims and finishes jobs meanwhile gets the database to himself for a moment.
      await wait(PAUSE_MS);
    }
  }

  /**
   * What somebody else has deleted since is not counted twice: only rows that are still there are locked, counted and deleted. They are
   * asked for by id alone, as an ended job stays ended: told the states, SQLite goes through all jobs of a state instead.
   */
  private async deleteBatch(em: EntityManager, ids: readonly number[]): Promise<number> {
    const jobs = await select<EndedJob>(
      em,
      `SELECT id, training_type, state, success_rate, training_time, retry_of FROM training_job
       WHERE id IN (${placeholders(ids)}) ${this.db.forUpdate}`,
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
}

/** Grows slowly and shrinks at once, so that one batch takes about `BATCH_MS`. */
function nextSize(size: number, tookMs: number): number {
  const fitting = size * Math.min(1.5, BATCH_MS / Math.max(1, tookMs));
  return Math.round(Math.min(BATCHES.largest, Math.max(BATCHES.smallest, fitting)));
}
