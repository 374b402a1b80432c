import { setTimeout as wait } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { JobExecution } from './job-execution.js';
import { JobRecords } from './job-records.js';

const LOOK_AGAIN_MS = 100;

/** Runs given jobs now, some at once. A job that another process was faster to claim is waited for. */
@Injectable()
export class JobPool {
  constructor(
    private readonly execution: JobExecution,
    private readonly records: JobRecords,
  ) {}

  /**
   * One attempt for each pending job; resolves when they have ended, or wait for something. False when this process was about to stop and
   * did not come to all of them. When the database fails under one of them, the others go on before it throws.
   */
  async run(ids: readonly number[], concurrency: number): Promise<boolean> {
    const queue = [...ids];
    const elsewhere: number[] = [];
    const lane = async (): Promise<void> => {
      for (let id = queue.shift(); id !== undefined && this.execution.accepting; id = queue.shift()) {
        const taken = await this.execution.take(id);
        if (taken) await taken.ended;
        else elsewhere.push(id);
      }
    };
    const lanes = await Promise.allSettled(Array.from({ length: Math.min(concurrency, ids.length) }, lane));
    const broken = lanes.find((outcome) => outcome.status === 'rejected');
    if (broken) throw broken.reason;
    await this.runAlone(elsewhere);
    await this.untilNotRunning(elsewhere);
    return this.execution.accepting;
  }

  /** What was not taken may be jobs that must be alone, and have their turn now. */
  private async runAlone(ids: readonly number[]): Promise<void> {
    for (const id of await this.records.pendingAlone(ids)) await (await this.execution.take(id, true))?.ended;
  }

  private async untilNotRunning(ids: readonly number[]): Promise<void> {
    for (let open = [...ids]; open.length > 0;) {
      const states = await this.records.states(open);
      open = open.filter((id) => states.get(id) === 'running');
      if (!this.execution.accepting) return;
      if (open.length > 0) await wait(LOOK_AGAIN_MS);
    }
  }
}
