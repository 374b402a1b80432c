import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { KeptSums } from '../database/kept-sums.js';
import { readTime, select } from '../database/sql.js';
import { personStatistics } from '../persons/person-counters.js';
import { jobSums } from '../training/job-counters.js';
import type { TrainingStats } from './dto/stats.dto.js';
import { judge } from './health-indicators.js';

/** Read-only figures, from sums that are kept with each job: their cost does not grow with the history. */
@Injectable()
export class StatsService {
  constructor(
    private readonly sums: KeptSums,
    private readonly db: Database,
  ) {}

  async training(): Promise<TrainingStats> {
    const [sums, lastTrainingDate] = await Promise.all([this.sums.read(), this.lastTrainingDate()]);
    const people = personStatistics(sums);
    const of = jobSums(sums);
    const breakdown = {
      successful: of('training_completed'),
      failed: of('training_failed'),
      pending: of('training_pending'),
      running: of('training_running'),
      cancelled: of('training_cancelled'),
    };
    const ended = breakdown.successful + breakdown.failed;
    const all = ended + breakdown.pending + breakdown.running + breakdown.cancelled;
    const successRate = mean(of('training_rate_sum'), ended);
    const averageMs = mean(of('training_time_sum'), breakdown.successful);
    const health = judge({
      successRate,
      trainingTimeMs: averageMs,
      retryRate: mean(of('training_retries') * 100, all),
      failureRate: mean(breakdown.failed * 100, ended),
    });
    return {
      totalPeople: people.total_persons,
      trainedPeople: people.trained_persons,
      untrainedPeople: people.untrained_persons,
      trainingJobs: all,
      averageTrainingTime: Math.round(averageMs ?? 0),
      successRate: successRate ?? 0,
      jobSuccessRate: mean(breakdown.successful * 100, ended) ?? 0,
      lastTrainingDate,
      breakdown,
      health,
    };
  }

  private async lastTrainingDate(): Promise<Date | null> {
    const [row] = await select<{ completed_at: Date | string }>(
      this.db.reader,
      `SELECT completed_at FROM training_job WHERE state = 'completed' AND training_type <> 'validation'
       ORDER BY completed_at DESC, id DESC LIMIT 1`,
    );
    return readTime(row?.completed_at);
  }
}

/** One decimal; null of nothing. */
function mean(sum: number, count: number): number | null {
  return count === 0 ? null : Math.round((sum / count) * 10) / 10;
}
