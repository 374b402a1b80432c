import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { KeptSums, type Sums } from '../database/kept-sums.js';
import { JOB_STATES, type JobState, type TrainingType } from './job-state.js';

/** What of a job is counted. */
export interface CountedJob {
  readonly trainingType: TrainingType;
  readonly state: JobState;
  readonly successRate: number;
  readonly trainingTime: number;
  readonly retryOf: number | null;
}

/** A job's row, as far as it is counted. */
export interface CountedColumns {
  readonly training_type: TrainingType;
  readonly state: JobState;
  readonly success_rate: number;
  readonly training_time: number;
  readonly retry_of: number | null;
}

export function counted(row: CountedColumns): CountedJob {
  return {
    trainingType: row.training_type,
    state: row.state,
    successRate: row.success_rate,
    trainingTime: row.training_time,
    retryOf: row.retry_of,
  };
}

/** `all_…`: every job. `training_…`: without validation jobs, which train nothing. `full_…`: of these the full trainings. */
export type Metric =
  | `all_${JobState}`
  | `training_${JobState}`
  | `full_${JobState}`
  | 'training_rate_sum'
  | 'training_time_sum'
  | 'training_retries';

/** What a sum is now; 0 of nothing. */
export type JobSums = (metric: Metric) => number;

const METRICS: readonly Metric[] = [
  ...JOB_STATES.map((state) => `all_${state}` as const),
  ...JOB_STATES.map((state) => `training_${state}` as const),
  ...JOB_STATES.map((state) => `full_${state}` as const),
  'training_rate_sum',
  'training_time_sum',
  'training_retries',
];

/**
 * Sums over all jobs, kept with each change of a job in its own transaction: what `queue` and `stats` show costs the same at a million
 * jobs as at ten.
 */
@Injectable()
export class JobCounters implements OnModuleInit {
  constructor(private readonly sums: KeptSums) {}

  async onModuleInit(): Promise<void> {
    await this.sums.provide(METRICS);
  }

  /** Takes a job's former share out and puts its new one in; null where there was or is none. */
  async move(em: EntityManager, before: CountedJob | null, after: CountedJob | null): Promise<void> {
    await this.moveAll(em, before ? [before] : [], after ? [after] : []);
  }

  /** The same for several jobs at once. */
  async moveAll(em: EntityManager, before: readonly CountedJob[], after: readonly CountedJob[]): Promise<void> {
    const change = new Map<Metric, number>();
    const add = (job: CountedJob, sign: number): void => {
      for (const [metric, value] of shareOf(job)) change.set(metric, (change.get(metric) ?? 0) + sign * value);
    };
    for (const job of before) add(job, -1);
    for (const job of after) add(job, 1);
    await this.sums.add(em, change);
  }

  async read(em?: EntityManager): Promise<JobSums> {
    return jobSums(await this.sums.read(em));
  }
}

/** The jobs' part of the kept sums. */
export function jobSums(sums: Sums): JobSums {
  return (metric) => sums.get(metric) ?? 0;
}

/** A job's share of each sum. */
export function shareOf(job: CountedJob): [Metric, number][] {
  const shares: [Metric, number][] = [[`all_${job.state}`, 1]];
  if (job.trainingType === 'validation') return shares;
  shares.push([`training_${job.state}`, 1]);
  if (job.trainingType === 'full') shares.push([`full_${job.state}`, 1]);
  if (job.retryOf !== null) shares.push(['training_retries', 1]);
  if (job.state === 'completed' || job.state === 'failed') shares.push(['training_rate_sum', job.successRate]);
  if (job.state === 'completed') shares.push(['training_time_sum', job.trainingTime]);
  return shares;
}

/** How many jobs of a type, or of all, are in a state. */
export function countOf(sum: JobSums, state: JobState, type?: TrainingType): number {
  if (type === undefined) return sum(`all_${state}`);
  if (type === 'full') return sum(`full_${state}`);
  return type === 'validation'
    ? sum(`all_${state}`) - sum(`training_${state}`)
    : sum(`training_${state}`) - sum(`full_${state}`);
}
