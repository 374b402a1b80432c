import { decideRetry, waitAfterOutage } from './retry-policy.js';

describe('the wait after an outage', () => {
  it.each([
    [0, 2_000],
    [1, 4_000],
    [4, 32_000],
    [5, 60_000],
    [1_000, 60_000],
  ])('after %i outages in a row is about %i ms', (outages, expected) => {
    expect(waitAfterOutage(outages, 2_000, null, 0.5)).toBe(expected);
  });

  it('differs by a fifth either way', () => {
    expect(waitAfterOutage(0, 2_000, null, 0)).toBe(1_600);
    expect(waitAfterOutage(0, 2_000, null, 1)).toBe(2_400);
  });

  it('is as long as the service asks for', () => {
    expect(waitAfterOutage(0, 2_000, 120_000, 0.5)).toBe(120_000);
  });
});

describe('an attempt that an error of ours ended', () => {
  it('is made again twice, later each time', () => {
    expect(decideRetry(1, 2_000, 0.5)).toEqual({ retryInMs: 10_000 });
    expect(decideRetry(2, 2_000, 0.5)).toEqual({ retryInMs: 20_000 });
  });

  it('is the last one when it was the third', () => {
    expect(decideRetry(3, 2_000, 0.5)).toEqual({ giveUp: expect.stringContaining('3 attempts') as string });
  });
});
