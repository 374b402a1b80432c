import { judge } from './health-indicators.js';

const fine = { successRate: 95, trainingTimeMs: 3_000, retryRate: 2, failureRate: 1 };

describe('the health of training', () => {
  it('is good within all documented limits, and before the first training', () => {
    expect(judge(fine).status).toBe('good');
    expect(judge({ successRate: null, trainingTimeMs: null, retryRate: null, failureRate: null }).status).toBe('good');
  });

  it.each([
    ['success_rate', { successRate: 91 }, 'good'],
    ['success_rate', { successRate: 90 }, 'ok'],
    ['success_rate', { successRate: 70 }, 'ok'],
    ['success_rate', { successRate: 69.9 }, 'warning'],
    ['training_time', { trainingTimeMs: 5_000 }, 'ok'],
    ['training_time', { trainingTimeMs: 30_001 }, 'warning'],
    ['retry_rate', { retryRate: 10 }, 'ok'],
    ['failure_rate', { failureRate: 20 }, 'good'],
    ['failure_rate', { failureRate: 20.1 }, 'warning'],
  ])('judges %s at %j as %s, with advice unless it is good', (metric, figures, level) => {
    const judged = judge({ ...fine, ...figures });
    const one = judged.indicators.find((indicator) => indicator.metric === metric);
    expect(one?.level).toBe(level);
    expect(one?.advice === null).toBe(level === 'good');
    expect(judged.status).toBe(level);
  });
});
