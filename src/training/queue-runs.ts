import { Injectable } from '@nestjs/common';
import { WorkerSettings } from '../config/settings.js';
import { Database } from '../database/database.js';
import { execute, insertRow, placeholders, select } from '../database/sql.js';

const PAGE = 500;

/** A place in the queue of pending jobs, which is ordered by when they are due. */
export interface QueuePlace {
  readonly runAt: number;
  readonly id: number;
}

/** The processing of the queue up to a place, by this process. */
export interface QueueRun {
  /** `done`: every job was taken. If not, whoever looks next begins those that are left. Never throws: the lease ends by itself. */
  close(done: boolean): Promise<void>;
}

interface RunRow {
  readonly id: number;
  readonly last_run_at: number;
  readonly last_job_id: number;
}

/**
 * Remembers who processes the queue and how far, so that a process that ends in the middle of it loses nothing: the jobs that it did not
 * come to are marked as begun, and the workers go on with them.
 */
@Injectable()
export class QueueRuns {
  constructor(
    private readonly db: Database,
    private readonly settings: WorkerSettings,
  ) {}

  /** Begins a run of all jobs up to `last`, which stays this process's own while it gives signs of life. */
  async open(last: QueuePlace): Promise<QueueRun> {
    const id = await insertRow(
      this.db.reader,
      `INSERT INTO queue_run (last_run_at, last_job_id, lease_until) VALUES (?, ?, ${this.db.now} + ?)`,
      [last.runAt, last.id, this.settings.leaseMs],
    );
    const heartbeat = setInterval(() => void this.extend(id), this.settings.heartbeatMs);
    return {
      close: async (done) => {
        clearInterval(heartbeat);
        const sql = done ? 'DELETE FROM queue_run WHERE id = ?' : 'UPDATE queue_run SET lease_until = 0 WHERE id = ?';
        await execute(this.db.reader, sql, [id]).catch(() => undefined);
      },
    };
  }

  /** Goes on with the runs whose process ended. `all`: with every one, when it is proven that no other process lives. */
  async takeOver(all = false): Promise<void> {
    const runs = await select<RunRow>(
      this.db.reader,
      `SELECT id, last_run_at, last_job_id FROM queue_run ${all ? '' : `WHERE lease_until < ${this.db.now}`} ORDER BY id`,
    );
    for (const run of runs) {
      while (await this.beginSome(run));
      await execute(this.db.reader, 'DELETE FROM queue_run WHERE id = ?', [run.id]);
    }
  }

  /** False when none is left. */
  private async beginSome({ last_run_at, last_job_id }: RunRow): Promise<boolean> {
    const jobs = await select<{ id: number }>(
      this.db.reader,
      `SELECT id FROM training_job WHERE state = 'pending' AND begun = 0 AND run_at <= ? AND (run_at < ? OR id <= ?)
       ORDER BY run_at, id LIMIT ${PAGE}`,
      [last_run_at, last_run_at, last_job_id],
    );
    if (jobs.length === 0) return false;
    const ids = jobs.map(({ id }) => id);
    await execute(this.db.reader, `UPDATE training_job SET begun = 1 WHERE id IN (${placeholders(ids)})`, ids);
    return true;
  }

  private async extend(id: number): Promise<void> {
    // The next sign of life may get through; if none does, others take over.
    await execute(this.db.reader, `UPDATE queue_run SET lease_until = ${this.db.now} + ? WHERE id = ?`, [
      this.settings.leaseMs,
      id,
    ]).catch(() => undefined);
  }
}
