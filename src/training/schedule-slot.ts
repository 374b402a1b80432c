import { Cron } from 'croner';

const DAY_MS = 86_400_000;

/**
 * The latest time of a cron expression at or before `nowMs`, within a day; null when there is none. It is computed from the time
 * itself, not from when somebody woke up, so that waking early or twice gives the same slot.
 */
export function latestSlot(schedule: string, timezone: string, nowMs: number): number | null {
  // croner looks strictly before its reference: a slot at this very second counts.
  const reference = new Date(nowMs + 1_000 - (nowMs % 1_000));
  const [slot] = new Cron(schedule, { timezone, paused: true }).previousRuns(1, reference);
  return slot && nowMs - slot.getTime() <= DAY_MS ? slot.getTime() : null;
}
