import type { Bucket } from './dto/recognition-stats.dto.js';

const DAY_MS = 86_400_000;

/** The first day, `YYYY-MM-DD` in UTC, of the bucket that a day lies in; a week starts on Monday (ISO 8601). */
export function bucketOf(day: string, bucket: Bucket): string {
  if (bucket === 'day') return day;
  if (bucket === 'month') return `${day.slice(0, 7)}-01`;
  const time = new Date(`${day}T00:00:00Z`);
  const sinceMonday = (time.getUTCDay() + 6) % 7;
  return dayOf(new Date(time.getTime() - sinceMonday * DAY_MS));
}

/** All buckets that the time from `from` up to, and without, `to` touches, in order; null for more than `most`. */
export function bucketsBetween(from: Date, to: Date, bucket: Bucket, most: number): string[] | null {
  const starts: string[] = [];
  const last = dayOf(new Date(to.getTime() - 1));
  for (let start = bucketOf(dayOf(from), bucket); start <= last; start = next(start, bucket)) {
    if (starts.length === most) return null;
    starts.push(start);
  }
  return starts;
}

/** The day of a time, in UTC. */
export function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}

function next(start: string, bucket: Bucket): string {
  const time = new Date(`${start}T00:00:00Z`);
  if (bucket === 'month') return dayOf(new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + 1, 1)));
  return dayOf(new Date(time.getTime() + (bucket === 'day' ? 1 : 7) * DAY_MS));
}
