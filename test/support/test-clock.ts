import { Clock } from '../../src/time/clock.js';
import type { Database } from '../../src/database/database.js';

/** The real time plus what the test has let pass; moves the database's clock along. */
export class TestClock extends Clock {
  private offsetMs = 0;
  private database: Database | undefined;

  /** The database whose clock goes with this one. */
  drive(database: Database): void {
    this.database = database;
    database.clockOffsetMs = this.offsetMs;
  }

  advance(ms: number): void {
    this.offsetMs += ms;
    if (this.database) this.database.clockOffsetMs = this.offsetMs;
  }

  now(): Date {
    return new Date(Date.now() + this.offsetMs);
  }

  monotonicMs(): number {
    return performance.now();
  }
}

export const minutes = (count: number): number => count * 60_000;
export const hours = (count: number): number => count * 3_600_000;
