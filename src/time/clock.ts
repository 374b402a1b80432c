/** The time that people see. Leases and due times use the database's clock instead (see `database/db-now.ts`). */
export abstract class Clock {
  abstract now(): Date;

  /** Milliseconds of a clock that never steps; only differences mean anything. */
  abstract monotonicMs(): number;
}
