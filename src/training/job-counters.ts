import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';
import { execute, select } from '../database/sql.js';
import { isUniqueViolation } from '../database/write-errors.js';
import { JOB_STATES, type JobState, type TrainingType } from './job-state.js';

const SHARDS = 4;

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
  constructor(private readonly db: Database) {}

  async onModuleInit(): Promise<void> {
    const rows = await select<{ metric: string; shard: number }>(
      this.db.reader,
      'SELECT metric, shard FROM job_counter',
    );
    const known = new Set(rows.map(({ metric, shard }) => `${metric}/${shard}`));
    for (const metric of METRICS) {
      for (let shard = 0; shard < SHARDS; shard += 1) {
        if (!known.has(`${metric}/${shard}`)) await this.insert(metric, shard);
      }
    }
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
    const shard = Math.floor(Math.random() * SHARDS);
    // One order for all writers, so that they wait for each other and never in a circle.
    for (const [metric, value] of [...change].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (value !== 0) {
        await execute(em, 'UPDATE job_counter SET value = value + ? WHERE metric = ? AND shard = ?', [
          value,
          metric,
          shard,
        ]);
      }
    }
  }

  async read(): Promise<ReadonlyMap<Metric, number>> {
    const rows = await select<{ metric: Metric; value: number | string }>(
      this.db.reader,
      'SELECT metric, SUM(value) AS value FROM job_counter GROUP BY metric',
    );
    return new Map(rows.map(({ metric, value }) => [metric, Number(value)]));
  }

  private async insert(metric: Metric, shard: number): Promise<void> {
    try {
      await execute(this.db.reader, 'INSERT INTO job_counter (metric, shard, value) VALUES (?, ?, 0)', [metric, shard]);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
    }
  }
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
export function countOf(sums: ReadonlyMap<Metric, number>, state: JobState, type?: TrainingType): number {
  const of = (metric: Metric): number => sums.get(metric) ?? 0;
  if (type === undefined) return of(`all_${state}`);
  if (type === 'full') return of(`full_${state}`);
  return type === 'validation'
    ? of(`all_${state}`) - of(`training_${state}`)
    : of(`training_${state}`) - of(`full_${state}`);
}
