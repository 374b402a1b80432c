import { normalQuantile, recommendThreshold, studentQuantile } from './recommended-threshold.js';
import { ScoreTally } from './score-tally.js';
import { seededRandom } from '../../test/support/seeded-random.js';

const CURVE = { c0: 0.41, c1: 14 };
const SEED = 'thresholds';

/** Distances of strangers, spread like a normal distribution. */
function strangers(count: number): ScoreTally {
  const random = seededRandom(SEED);
  const tally = new ScoreTally(CURVE, []);
  for (let trial = 0; trial < count; trial += 1) {
    const normal = Array.from({ length: 12 }, random).reduce((sum, value) => sum + value, -6);
    const distance = 0.5 + normal * 0.05;
    tally.add(1 - distance ** 2 / 2);
  }
  return tally;
}

describe('the recommended threshold', () => {
  it(`lets the share of the trials through that was aimed at, when they are many (seed ${SEED})`, () => {
    const trials = strangers(20_000);
    const { threshold, basis } = recommendThreshold(trials, 0.001, CURVE, 0.5)!;
    expect(basis).toBe('counted');
    expect(trials.reaching(threshold)).toBeLessThanOrEqual(20);
    expect(trials.reaching(threshold - 0.02)).toBeGreaterThan(20);
  });

  it(`is not lower for fewer trials, of which none comes near by luck (seed ${SEED})`, () => {
    const many = recommendThreshold(strangers(20_000), 0.001, CURVE, 0.5)!;
    const few = recommendThreshold(strangers(100), 0.001, CURVE, 0.5)!;
    expect(few.basis).toBe('estimated');
    expect(Math.abs(few.threshold - many.threshold)).toBeLessThan(0.1);
    expect(strangers(100).reaching(few.threshold)).toBe(0);
  });

  it('is never below the threshold in use when there are too few trials to count', () => {
    expect(recommendThreshold(strangers(100), 0.001, CURVE, 0.95)).toEqual({ threshold: 0.95, basis: 'kept' });
    expect(recommendThreshold(strangers(20_000), 0.001, CURVE, 0.95)).toMatchObject({ basis: 'counted' });
    expect(recommendThreshold(strangers(20_000), 0.001, CURVE, 0.95)!.threshold).toBeLessThan(0.95);
  });

  it('rises with a stricter target', () => {
    const trials = strangers(20_000);
    const strict = recommendThreshold(trials, 0.001, CURVE, 0.5)!.threshold;
    expect(recommendThreshold(trials, 0.01, CURVE, 0.5)!.threshold).toBeLessThan(strict);
  });

  it('is not given for less than ten trials', () => {
    expect(recommendThreshold(strangers(9), 0.001, CURVE, 0.5)).toBeNull();
  });

  it.each([
    [0.5, 0],
    [0.05, 1.645],
    [0.01, 2.326],
    [0.001, 3.09],
    [0.0001, 3.719],
  ])('knows that %d of a normal distribution lie above %d deviations', (tail, deviations) => {
    expect(normalQuantile(tail)).toBeCloseTo(deviations, 2);
  });

  it.each([
    [9, 4.297],
    [30, 3.385],
    [100, 3.174],
  ])(
    "knows that one in a thousand of Student's distribution with %d degrees of freedom lies above %d",
    (freedom, t) => {
      expect(Math.abs(studentQuantile(0.001, freedom) / t - 1)).toBeLessThan(0.02);
    },
  );
});
