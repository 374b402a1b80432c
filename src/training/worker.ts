import { Injectable, Logger, type OnApplicationBootstrap, type BeforeApplicationShutdown } from '@nestjs/common';
import { FaceEngineError } from '../compreface/face-engine-error.js';
import { WorkerSettings } from '../config/settings.js';
import { Database } from '../database/database.js';
import { translateDatabaseError } from '../database/database-errors.js';
import { select } from '../database/sql.js';
import { JobControl } from './job-control.js';
import { JobExecution } from './job-execution.js';
import { Upkeep } from './upkeep.js';

const CANDIDATES = 32;

/**
 * Goes on by itself with what was begun: jobs that are due again, withdrawals, photos that wait, jobs of dead processes. It starts no
 * job that nobody has begun, unless `TRAINING_AUTOSTART` is set.
 */
@Injectable()
export class Worker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Worker');
  private readonly timers = new Set<NodeJS.Timeout>();
  private stopping = false;

  constructor(
    private readonly db: Database,
    private readonly control: JobControl,
    private readonly execution: JobExecution,
    private readonly upkeep: Upkeep,
    private readonly settings: WorkerSettings,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    // The lock on the SQLite file proves that no other process lives: what it ran is free at once.
    if (this.db.type === 'sqlite') await this.control.reap(true);
    this.every(this.settings.pollMs, () => this.claimDue());
    this.every(this.settings.pollMs, () => this.upkeep.runOnce());
    this.every(this.settings.reapMs, () => this.control.reap(false, this.execution.heldIds));
  }

  /** Stops claiming, lets uploads under way end, writes down what they brought, gives the jobs back. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    for (const timer of this.timers) clearTimeout(timer);
    await this.execution.drain(this.settings.drainMs);
    await this.upkeep.stop();
  }

  /** Claims due jobs while there are free places, and starts them. Returns how many it started. */
  async claimDue(): Promise<number> {
    let started = 0;
    while (!this.stopping && this.execution.running < this.settings.concurrency) {
      if (!(await this.takeOne())) return started;
      started += 1;
    }
    return started;
  }

  /** Candidates are read without a lock, and one at random is taken by compare-and-set: replicas seldom meet. */
  private async takeOne(): Promise<boolean> {
    const begun = this.settings.autostart ? '' : 'AND begun = 1';
    const candidates = await select<{ id: number }>(
      this.db.reader,
      `SELECT id FROM training_job WHERE state = 'pending' AND run_at <= ${this.db.now} ${begun} ORDER BY run_at, id LIMIT ${CANDIDATES}`,
    );
    for (const { id } of shuffled(candidates)) {
      if (await this.execution.take(id)) return true;
    }
    return false;
  }

  private every(intervalMs: number, work: () => Promise<unknown>): void {
    const schedule = (): void => {
      if (this.stopping) return;
      // A little jitter keeps replicas that started together apart.
      const timer = setTimeout(
        () => {
          this.timers.delete(timer);
          void this.quietly(work).finally(schedule);
        },
        intervalMs * (0.8 + 0.4 * Math.random()),
      );
      this.timers.add(timer);
    };
    schedule();
  }

  /** An outage is no news here: each job and photo says itself what it waits for. */
  private async quietly(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (this.stopping || error instanceof FaceEngineError || translateDatabaseError(error)) return;
      this.logger.error(error instanceof Error ? (error.stack ?? error.message) : 'unknown error');
    }
  }
}

function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ value }) => value);
}
