import { setMaxListeners } from 'node:events';
import type { TrainingType } from './job-state.js';

/** Why work on a job stops before its end. `lost`: another process may hold it now, so nothing more may be written or sent. */
export type StopReason = 'cancelled' | 'shutdown' | 'lost';

/** A job that this process has claimed. */
export interface Claim {
  readonly id: number;
  readonly personId: number;
  readonly trainingType: TrainingType;
  readonly epoch: number;
  readonly attempt: number;
  readonly outages: number;
  readonly maxFacesPerBatch: number;
  readonly retryOf: number | null;
  readonly trainingTime: number;
}

/** The guard of a write found that the job is no longer ours. */
export class LostJobError extends Error {
  constructor(jobId: number) {
    super(`job ${jobId} was taken over`);
    this.name = 'LostJobError';
  }
}

/** Thrown inside the work on a job when it is to stop. */
export class StoppedError extends Error {
  constructor(readonly reason: StopReason) {
    super(`the work was stopped: ${reason}`);
    this.name = 'StoppedError';
  }
}

/** A claim with its right to go on: the heartbeat keeps it, a cancel, a shutdown or a lost lease ends it. */
export class HeldJob {
  private readonly soft = new AbortController();
  private readonly hard = new AbortController();
  private lost = false;
  private outcomesLost = false;
  /** Until when the lease surely lasts, on the monotonic clock; counted from when the last heartbeat was sent. */
  private trustedUntilMs: number;

  constructor(
    readonly claim: Claim,
    private readonly monotonicMs: () => number,
    private readonly trustMs: number,
    sentAtMs: number,
  ) {
    this.trustedUntilMs = sentAtMs + trustMs;
    // Every upload of the job listens to both.
    setMaxListeners(0, this.soft.signal, this.hard.signal);
  }

  /** Aborted when nothing new is to be begun. */
  get signal(): AbortSignal {
    return this.soft.signal;
  }

  /** Aborted when uploads under way are to be given up too; their outcome is unknown then. */
  get uploadSignal(): AbortSignal {
    return this.hard.signal;
  }

  get stopReason(): StopReason | null {
    if (this.lost) return 'lost';
    const reason: unknown = this.signal.reason;
    return reason instanceof StoppedError ? reason.reason : null;
  }

  /** Stops the work; uploads under way get `graceMs` to end. A lost lease outranks everything: not even a result may be written. */
  stop(reason: StopReason, graceMs = 0): void {
    if (reason === 'lost') this.lost = true;
    if (!this.signal.aborted) this.soft.abort(new StoppedError(reason));
    if (graceMs <= 0) this.hard.abort(new StoppedError(reason));
    else
      setTimeout(() => {
        this.hard.abort(new StoppedError(reason));
      }, graceMs).unref();
  }

  /** Outcomes of uploads could not be written down. */
  loseOutcomes(): void {
    this.outcomesLost = true;
  }

  get hasLostOutcomes(): boolean {
    return this.outcomesLost;
  }

  /** The heartbeat sent at that time was answered: the lease is ours a while longer. */
  extend(sentAtMs: number): void {
    this.trustedUntilMs = sentAtMs + this.trustMs;
  }

  /** Whether an upload may be begun at this very moment. */
  isHeld(): boolean {
    if (this.monotonicMs() > this.trustedUntilMs) this.stop('lost');
    return !this.signal.aborted;
  }

  /** Throws when the work is to stop, or the lease may have run out while this process stood still. Call before each upload. */
  checkHeld(): void {
    if (!this.isHeld()) throw new StoppedError(this.stopReason ?? 'lost');
  }
}
