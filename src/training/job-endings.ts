import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { select } from '../database/sql.js';
import { Clock } from '../time/clock.js';
import type { Claim } from './held-job.js';
import { JobCounters } from './job-counters.js';
import { JobEvents } from './job-events.js';
import { guardJob } from './job-guard.js';
import type { EndedState } from './job-state.js';
import { PersonTraining } from './person-training.js';

/** An error as a job shows it. */
export interface JobError {
  readonly code: string;
  readonly message: string;
}

/** How a job ends. */
export interface Ending {
  readonly state: EndedState;
  readonly error: JobError | null;
  /** Null: what the faces so far come to. */
  readonly successRate: number | null;
  readonly activeMs: number;
}

/** Writes down the end of a job, with all that follows from it: sums, the event, the person. */
@Injectable()
export class JobEndings {
  constructor(
    private readonly counters: JobCounters,
    private readonly events: JobEvents,
    private readonly persons: PersonTraining,
    private readonly clock: Clock,
  ) {}

  /** Throws `LostJobError` when the job is not the claim's any more. */
  async write(em: EntityManager, claim: Claim, ending: Ending): Promise<void> {
    await guardJob(em, claim);
    await this.recountFaces(em, claim);
    const rate = ending.successRate ?? (await this.currentRate(em, claim));
    await guardJob(
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
    await guardJob(
      em,
      claim,
      `faces_added = ${of('added')}, faces_unchanged = ${of('unchanged')}, faces_removed = ${of('removed')}, faces_failed = ${of('rejected', 'failed')}`,
      [claim.id, claim.id, claim.id, claim.id],
    );
  }

  private async currentRate(em: EntityManager, claim: Claim): Promise<number> {
    const [row] = await select<{ trained: number; planned: number }>(
      em,
      'SELECT faces_added + faces_unchanged AS trained, faces_planned AS planned FROM training_job WHERE id = ?',
      [claim.id],
    );
    return successRate(row?.trained ?? 0, row?.planned ?? 0);
  }
}

/** Per cent of the planned faces that are trained, one decimal. Nothing planned is no success. */
export function successRate(trained: number, planned: number): number {
  return planned === 0 ? 0 : Math.round((Math.min(trained, planned) / planned) * 1_000) / 10;
}
