import { RetryBudget } from './retry-budget.js';
import { retryAfterMs } from './retry-after.js';

describe('the retry budget', () => {
  function spendAll(budget: RetryBudget): number {
    let spent = 0;
    while (budget.spend()) spent++;
    return spent;
  }

  it('grants one retry for ten first tries', () => {
    const budget = new RetryBudget();
    spendAll(budget);
    for (let call = 0; call < 100; call++) budget.earn();
    expect(spendAll(budget)).toBeGreaterThanOrEqual(9);
    expect(spendAll(budget)).toBe(0);
  });

  it('saves up no more than 50', () => {
    const budget = new RetryBudget();
    for (let call = 0; call < 10_000; call++) budget.earn();
    expect(spendAll(budget)).toBe(50);
  });

  it('holds a few at the start, so that the first calls have some', () => {
    expect(spendAll(new RetryBudget())).toBe(10);
  });
});

describe('Retry-After', () => {
  const now = new Date('2026-03-01T12:00:00Z');

  it.each([
    ['7', 7_000],
    [' 0 ', 0],
    ['301', 300_000],
    ['99999999999999999999', 300_000],
    ['Sun, 01 Mar 2026 12:00:20 GMT', 20_000],
    ['Sun, 01 Mar 2026 11:59:00 GMT', 0],
    ['Mon, 01 Mar 2027 12:00:00 GMT', 300_000],
    ['soon', null],
    ['', null],
    ['-5', null],
  ])('%j is %p', (header, expected) => {
    expect(retryAfterMs(header, now)).toBe(expected);
  });
});
