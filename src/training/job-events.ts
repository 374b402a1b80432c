import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { execute } from '../database/sql.js';
import { Clock } from '../time/clock.js';

export type JobEventName =
  | 'queued'
  | 'started'
  | 'snapshot'
  | 'waiting'
  | 'taken_back'
  | 'cancel_requested'
  | 'verified'
  | 'withdrawn'
  | 'completed'
  | 'failed'
  | 'cancelled';

/** The append-only record of what happened to each job; written in the transaction of the change. */
@Injectable()
export class JobEvents {
  constructor(private readonly clock: Clock) {}

  async add(
    em: EntityManager,
    jobId: number,
    epoch: number,
    event: JobEventName,
    detail: string | null = null,
  ): Promise<void> {
    await execute(em, 'INSERT INTO job_event (job_id, epoch, event, detail, at) VALUES (?, ?, ?, ?, ?)', [
      jobId,
      epoch,
      event,
      detail?.slice(0, 500) ?? null,
      this.clock.now(),
    ]);
  }
}
