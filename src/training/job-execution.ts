import { setTimeout as wait } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { WorkerSettings } from '../config/settings.js';
import { translateDatabaseError } from '../database/database-errors.js';
import { execute } from '../database/sql.js';
import { Clock } from '../time/clock.js';
import { errorOfOurs, outageOf, shortReason } from './attempt-errors.js';
import { type Claim, HeldJob, LostJobError, StoppedError } from './held-job.js';
import { type AttemptResult, JobRunner, ValidationRunner } from './job-runner.js';
import type { Ending } from './job-endings.js';
import { JobStore, type Pause } from './job-store.js';
import { decideRetry, waitAfterOutage } from './retry-policy.js';
import { Solitude } from './solitude.js';

/** Uploads under way when a job is cancelled may take so long to end by themselves. */
const CANCEL_GRACE_MS = 800;

/** A job that this process has just begun to work on. */
export interface Taken {
  readonly ended: Promise<void>;
}

/** Runs one attempt on a claimed job: keeps the lease alive, and decides what an error means for the job. */
@Injectable()
export class JobExecution {
  private readonly logger = new Logger('Training');
  private draining = false;
  private readonly claiming = new Set<Promise<unknown>>();
  private readonly solitude = new Solitude();
  private readonly heldJobs = new Map<number, { held: HeldJob; ended: Promise<void> }>();

  constructor(
    private readonly jobs: JobStore,
    private readonly runner: JobRunner,
    private readonly validation: ValidationRunner,
    private readonly settings: WorkerSettings,
    private readonly clock: Clock,
  ) {}

  /** Whether new work may be claimed: not while the process stops. */
  get accepting(): boolean {
    return !this.draining;
  }

  /** How many jobs this process works on now. */
  get running(): number {
    return this.heldJobs.size;
  }

  /** The jobs that this process works on now. */
  get heldIds(): readonly number[] {
    return [...this.heldJobs.keys()];
  }

  /**
   * Claims a job and works on it; `ended` resolves when the attempt is over, and never rejects: whatever happens is written on the job.
   * Null when another process was faster, the job is not pending, or this process is about to stop; and when the job must be `alone`
   * (`solitude.ts`) or another one wants to be.
   */
  take(jobId: number, alone = false): Promise<Taken | null> {
    if (this.draining || !this.solitude.enter(alone)) return Promise.resolve(null);
    const taking = this.claimAndStart(jobId, alone);
    this.claiming.add(taking);
    return taking.finally(() => this.claiming.delete(taking));
  }

  private async claimAndStart(jobId: number, alone: boolean): Promise<Taken | null> {
    let ended: Promise<void> | null = null;
    try {
      const sentAtMs = this.clock.monotonicMs();
      const claim = await this.jobs.claim(jobId, alone);
      ended =
        claim &&
        this.run(claim, sentAtMs).finally(() => {
          this.solitude.leave();
        });
    } finally {
      if (ended === null) this.solitude.leave();
    }
    return ended && { ended };
  }

  private async run(claim: Claim, sentAtMs: number): Promise<void> {
    const held = new HeldJob(claim, () => this.clock.monotonicMs(), this.trustMs, sentAtMs);
    // Claimed in the very moment in which the process began to stop.
    if (this.draining) held.stop('shutdown');
    const ended = this.attempt(held);
    this.heldJobs.set(claim.id, { held, ended });
    try {
      await ended;
    } finally {
      this.heldJobs.delete(claim.id);
    }
  }

  /** A cancel from this very process need not wait for the heartbeat. */
  cancelHere(jobId: number): void {
    this.heldJobs.get(jobId)?.held.stop('cancelled', CANCEL_GRACE_MS);
  }

  /** Stops all work: uploads under way may end, what they brought is written down, the jobs are given back. */
  async drain(graceMs: number): Promise<void> {
    this.draining = true;
    for (const { held } of this.heldJobs.values()) held.stop('shutdown', graceMs);
    await Promise.allSettled(this.claiming);
    await this.idle();
  }

  /** Resolves when the attempts that are under way now are over. */
  async idle(): Promise<void> {
    await Promise.all([...this.heldJobs.values()].map(({ ended }) => ended));
  }

  private get trustMs(): number {
    // Every upload must have been begun before another process can take the job.
    return this.settings.leaseMs - Math.min(10_000, this.settings.leaseMs / 3);
  }

  private async attempt(held: HeldJob): Promise<void> {
    const startedAtMs = this.clock.monotonicMs();
    const activeMs = (): number => this.clock.monotonicMs() - startedAtMs;
    const heartbeat = setInterval(() => void this.beat(held), this.settings.heartbeatMs);
    try {
      await this.attemptWithErrors(held, activeMs);
    } catch (error) {
      // The database is away, or the job was lost: the lease runs out and the job is taken up again.
      if (error instanceof LostJobError) await this.persist(() => this.jobs.livesOn(held.claim)).catch(() => undefined);
      else this.logger.error(`job ${held.claim.id} could not be written: ${shortReason(error)}`);
    } finally {
      // Last of all: while anything is still written, the lease must hold.
      clearInterval(heartbeat);
    }
  }

  private async attemptWithErrors(held: HeldJob, activeMs: () => number): Promise<void> {
    const { claim } = held;
    try {
      const result =
        claim.trainingType === 'validation' ? await this.validation.validate(held) : await this.runner.train(held);
      await this.conclude(held, result, activeMs());
    } catch (error) {
      if (error instanceof LostJobError) throw error;
      if (held.hasLostOutcomes) await this.persist(() => this.jobs.settleFromNow(claim));
      if (held.stopReason === 'cancelled') {
        await this.persist(() => this.jobs.cancelled(claim, activeMs()));
        return;
      }
      await this.pauseAfter(held, error, activeMs());
    }
  }

  private async conclude(held: HeldJob, result: AttemptResult, activeMs: number): Promise<void> {
    const { claim } = held;
    if (result.kind === 'settling') {
      await this.jobs.pause(claim, {
        delayMs: result.waitMs,
        error: null,
        burnsAttempt: false,
        outages: claim.outages,
        activeMs,
      });
      return;
    }
    const { report } = result;
    await this.jobs.finish(claim, { ...result.ending, activeMs }, async (em) => {
      if (report === undefined) return;
      await execute(em, 'INSERT INTO job_result (job_id, person_id, result) VALUES (?, ?, ?)', [
        claim.id,
        claim.personId,
        report,
      ]);
    });
  }

  private async pauseAfter(held: HeldJob, error: unknown, activeMs: number): Promise<void> {
    const { claim } = held;
    const pause = this.pauseFor(held, error, activeMs);
    if (pause) {
      await this.persist(() => this.jobs.pause(claim, pause));
      return;
    }
    const ending: Ending = { state: 'failed', error: errorOfOurs(error), successRate: null, activeMs };
    await this.persist(() => this.jobs.finish(claim, ending));
  }

  /** While the database is away the outcome is kept and written when it is back, unless the process is to end. */
  private async persist(write: () => Promise<unknown>): Promise<void> {
    for (;;) {
      try {
        await write();
        return;
      } catch (error) {
        if (this.draining || !translateDatabaseError(error)) throw error;
        await wait(this.settings.heartbeatMs);
      }
    }
  }

  /** Null: the attempts are used up. */
  private pauseFor(held: HeldJob, error: unknown, activeMs: number): Pause | null {
    const { claim } = held;
    // Also when the lease may be out: if the job is ours still, the guard of the write lets us give it back, else it says so.
    if (error instanceof StoppedError || held.stopReason === 'shutdown') {
      return { delayMs: 0, error: null, burnsAttempt: false, outages: claim.outages, activeMs };
    }
    const outage = outageOf(error);
    if (outage) {
      const delayMs = waitAfterOutage(claim.outages, this.settings.backoffMs, outage.retryAfterMs, Math.random());
      return { delayMs, error: outage.error, burnsAttempt: false, outages: claim.outages + 1, activeMs };
    }
    this.logger.error(`job ${claim.id}, attempt ${claim.attempt}: ${shortReason(error)}`);
    const decision = decideRetry(claim.attempt, this.settings.backoffMs, Math.random());
    if ('giveUp' in decision) return null;
    return {
      delayMs: decision.retryInMs,
      error: errorOfOurs(error),
      burnsAttempt: true,
      outages: claim.outages,
      activeMs,
    };
  }

  private async beat(held: HeldJob): Promise<void> {
    const sentAtMs = this.clock.monotonicMs();
    try {
      const { held: still, cancelRequested } = await this.jobs.heartbeat(held.claim);
      if (!still) held.stop('lost');
      else held.extend(sentAtMs);
      if (cancelRequested) held.stop('cancelled', CANCEL_GRACE_MS);
    } catch {
      // The next beat may get through; if none does, the trust in the lease runs out by itself.
    }
  }
}
