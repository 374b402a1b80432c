import type { HealthIndicator } from './dto/stats.dto.js';

type Level = HealthIndicator['level'];

interface Limits {
  readonly metric: string;
  readonly good: string;
  readonly warning: string | null;
  readonly advice: string;
  readonly levelOf: (value: number) => Level;
}

const SUCCESS_RATE: Limits = {
  metric: 'success_rate',
  good: '> 90 %',
  warning: '< 70 %',
  advice: 'Look at the rejected faces of the last jobs: use clearer and larger photos',
  levelOf: (value) => (value > 90 ? 'good' : value < 70 ? 'warning' : 'ok'),
};

const TRAINING_TIME: Limits = {
  metric: 'training_time',
  good: '< 5000 ms',
  warning: '> 30000 ms',
  advice: 'CompreFace is the bottleneck: give it more workers or cores',
  levelOf: (value) => (value < 5_000 ? 'good' : value > 30_000 ? 'warning' : 'ok'),
};

const RETRY_RATE: Limits = {
  metric: 'retry_rate',
  good: '< 10 %',
  warning: null,
  advice: 'Many jobs are retried: look at the errors of the failed ones',
  levelOf: (value) => (value < 10 ? 'good' : 'ok'),
};

const FAILURE_RATE: Limits = {
  metric: 'failure_rate',
  good: '<= 20 %',
  warning: '> 20 %',
  advice: 'Many jobs fail: their error says why',
  levelOf: (value) => (value > 20 ? 'warning' : 'good'),
};

/** The figures that the indicators judge; null where there is nothing to judge yet. */
export interface JudgedFigures {
  readonly successRate: number | null;
  readonly trainingTimeMs: number | null;
  readonly retryRate: number | null;
  readonly failureRate: number | null;
}

/** One indicator each, by the documented limits; `status` is the worst of them. */
export function judge(figures: JudgedFigures): { status: Level; indicators: HealthIndicator[] } {
  const indicators = [
    indicator(SUCCESS_RATE, figures.successRate),
    indicator(TRAINING_TIME, figures.trainingTimeMs),
    indicator(RETRY_RATE, figures.retryRate),
    indicator(FAILURE_RATE, figures.failureRate),
  ];
  const levels = indicators.map(({ level }) => level);
  const status = levels.includes('warning') ? 'warning' : levels.includes('ok') ? 'ok' : 'good';
  return { status, indicators };
}

function indicator(limits: Limits, value: number | null): HealthIndicator {
  const { metric, good, warning } = limits;
  const level = value === null ? 'good' : limits.levelOf(value);
  return { metric, value: value ?? 0, level, good, warning, advice: level === 'good' ? null : limits.advice };
}
