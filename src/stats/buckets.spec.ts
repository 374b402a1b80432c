import { bucketOf, bucketsBetween } from './buckets.js';

const at = (text: string): Date => new Date(text);

describe('buckets of time', () => {
  it.each([
    ['day', '2026-03-01', '2026-03-01'],
    ['month', '2026-03-31', '2026-03-01'],
    ['week', '2026-03-02', '2026-03-02'],
    ['week', '2026-03-08', '2026-03-02'],
    ['week', '2026-01-01', '2025-12-29'],
  ] as const)('by %s put %s with %s', (bucket, day, start) => {
    expect(bucketOf(day, bucket)).toBe(start);
  });

  it('go from the one that holds the beginning to the one that holds the last millisecond', () => {
    const from = at('2026-02-27T12:00:00Z');
    expect(bucketsBetween(from, at('2026-03-02T00:00:00Z'), 'day', 9)).toEqual([
      '2026-02-27',
      '2026-02-28',
      '2026-03-01',
    ]);
    expect(bucketsBetween(from, at('2026-03-02T00:00:00.001Z'), 'day', 9)).toHaveLength(4);
    expect(bucketsBetween(from, at('2026-03-02T00:00:00Z'), 'month', 9)).toEqual(['2026-02-01', '2026-03-01']);
    expect(bucketsBetween(from, at('2026-03-03T00:00:00Z'), 'week', 9)).toEqual(['2026-02-23', '2026-03-02']);
  });

  it('are refused when they would be too many', () => {
    const from = at('2026-01-01T00:00:00Z');
    expect(bucketsBetween(from, at('2026-01-05T00:00:00Z'), 'day', 4)).toHaveLength(4);
    expect(bucketsBetween(from, at('2026-01-06T00:00:00Z'), 'day', 4)).toBeNull();
    expect(bucketsBetween(from, at('9999-01-01T00:00:00Z'), 'day', 400)).toBeNull();
  });
});
