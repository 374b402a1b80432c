/** Training jobs by how they stand; validation jobs are left out. */
export class StatsBreakdown {
  /** @example 48 */
  successful!: number;

  /** @example 2 */
  failed!: number;

  /** @example 0 */
  pending!: number;

  /** @example 0 */
  running!: number;

  /** @example 0 */
  cancelled!: number;
}

/** One figure against its documented limits. */
export class HealthIndicator {
  /** @example 'success_rate' */
  metric!: string;

  /** @example 95.5 */
  value!: number;

  /** @example 'good' */
  level!: 'good' | 'ok' | 'warning';

  /** @example '> 90 %' */
  good!: string;

  /** @example '< 70 %' */
  warning!: string | null;

  /** @example null */
  advice!: string | null;
}

/** How well training goes. */
export class TrainingHealth {
  /**
   * The worst of the indicators.
   * @example 'good'
   */
  status!: 'good' | 'ok' | 'warning';

  indicators!: HealthIndicator[];
}

/** The figures of training. */
export class TrainingStats {
  /** @example 25 */
  totalPeople!: number;

  /** @example 10 */
  trainedPeople!: number;

  /** @example 15 */
  untrainedPeople!: number;

  /** @example 50 */
  trainingJobs!: number;

  /**
   * Mean active work of completed jobs, ms; 0 without any.
   * @example 4500
   */
  averageTrainingTime!: number;

  /**
   * Mean of the success rates of ended jobs, per cent.
   * @example 95.5
   */
  successRate!: number;

  /**
   * Completed of all ended jobs, per cent.
   * @example 96
   */
  jobSuccessRate!: number;

  /** @example '2023-06-17T10:30:00.000Z' */
  lastTrainingDate!: Date | null;

  breakdown!: StatsBreakdown;

  health!: TrainingHealth;
}

/** The figures of training. */
export class TrainingStatsAnswer {
  /** @example true */
  success!: boolean;

  stats!: TrainingStats;
}
