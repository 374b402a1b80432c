import { Injectable, Logger, type OnApplicationBootstrap, type BeforeApplicationShutdown } from '@nestjs/common';
import { FaceEngineError } from '../compreface/face-engine-error.js';
import { WorkerSettings } from '../config/settings.js';
import { Database } from '../database/database.js';
import { translateDatabaseError } from '../database/database-errors.js';
import { select } from '../database/sql.js';
import { JobControl } from './job-control.js';
import { JobExecution, type Taken } from './job-execution.js';
import { QueueRuns } from './queue-runs.js';
import { mustBeAlone } from './solitude.js';
import { Upkeep } from './upkeep.js';

const CANDIDATES = 32;
/** So long a job that must be alone waits for a moment in which nothing else is to do. */
const PATIENCE_MS = 10 * 60_000;

interface Candidate {
  readonly id: number;
  readonly crashes: number;
  readonly waited: number;
}

/**
 * Goes on by itself with what was begun: jobs that are due again, withdrawals, photos that wait, jobs of dead processes. It starts no
 * job that nobody has begun, unless `TRAINING_AUTOSTART` is set.
 */
@Injectable()
export class Worker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Worker');
  private readonly timers = new Set<NodeJS.Timeout>();
  /** Jobs that this worker started and that are under way. */
  private mine = 0;
  private stopping = false;

  constructor(
    private readonly db: Database,
    private readonly control: JobControl,
    private readonly runs: QueueRuns,
    private readonly execution: JobExecution,
    private readonly upkeep: Upkeep,
    private readonly settings: WorkerSettings,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    // The lock on the SQLite file proves that no other process lives: what it ran is free at once.
    if (this.db.type === 'sqlite') await this.takeBack(true);
    this.every(this.settings.pollMs, () => this.claimDue());
    this.every(this.settings.pollMs, () => this.upkeep.runOnce());
    this.every(this.settings.reapMs, () => this.takeBack(false));
  }

  /** Goes on with what dead processes left: running jobs, and the queue that they were working through. */
  private async takeBack(all: boolean): Promise<void> {
    await this.control.reap(all, this.execution.heldIds);
    await this.runs.takeOver(all);
  }

  /** Stops claiming, lets uploads under way end, writes down what they brought, gives the jobs back. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    for (const timer of this.timers) clearTimeout(timer);
    await this.execution.drain(this.settings.drainMs);
    await this.upkeep.stop();
  }

  /** Claims due jobs while it has free places, and starts them. Returns how many it started. What others started takes none of its places. */
  async claimDue(): Promise<number> {
    let started = 0;
    while (!this.stopping && this.mine < this.settings.concurrency) {
      const taken = await this.takeOne();
      if (!taken) return started;
      this.mine += 1;
      void taken.ended.finally(() => (this.mine -= 1));
      started += 1;
    }
    return started;
  }

  /** Candidates are read without a lock, and one at random is taken by compare-and-set: replicas seldom meet. */
  private async takeOne(): Promise<Taken | null> {
    const begun = this.settings.autostart ? '' : 'AND begun = 1';
    const candidates = await select<Candidate>(
      this.db.reader,
      `SELECT id, crashes, ${this.db.now} - run_at AS waited FROM training_job
       WHERE state = 'pending' AND run_at <= ${this.db.now} ${begun} ORDER BY run_at, id LIMIT ${CANDIDATES}`,
    );
    for (const { id, crashes } of inTurn(candidates)) {
      const taken = await this.execution.take(id, mustBeAlone(crashes));
      if (taken) return taken;
    }
    return null;
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

/** Who must be alone comes when there is nothing else to do, or has waited so long that nothing else is begun any more. */
function inTurn(candidates: readonly Candidate[]): readonly Candidate[] {
  const alone = candidates.filter(({ crashes }) => mustBeAlone(crashes));
  const overdue = alone.filter(({ waited }) => waited > PATIENCE_MS);
  if (overdue.length > 0) return shuffled(overdue);
  return [...shuffled(candidates.filter(({ crashes }) => !mustBeAlone(crashes))), ...shuffled(alone)];
}

function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ value }) => value);
}
