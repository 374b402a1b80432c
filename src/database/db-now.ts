import type { DatabaseType } from '../config/settings.js';

/**
 * The database's clock as SQL, epoch milliseconds: one clock for all replicas, free of time zones and of daylight saving.
 * `offsetMs` moves it, for tests alone.
 */
export function dbNowSql(type: DatabaseType, offsetMs = 0): string {
  const now =
    type === 'sqlite' ? `CAST(unixepoch('subsec') * 1000 AS INTEGER)` : 'CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)';
  return offsetMs === 0 ? now : `(${now} + ${Math.trunc(offsetMs)})`;
}
