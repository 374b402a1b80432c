import Sqlite from 'better-sqlite3';
import { DomainError } from '../../errors/domain-error.js';

/**
 * Holds a database file for this process alone. The operating system lets the lock go when the process dies, however it dies,
 * so that a lock that can be taken proves that the former owner is gone.
 */
export class ProcessLock {
  private constructor(private readonly connection: Sqlite.Database) {}

  /** Throws `SERVICE_UNAVAILABLE` with the remedy when another process holds the file. */
  static take(databaseFile: string): ProcessLock {
    const connection = new Sqlite(`${databaseFile}.lock`, { timeout: 0 });
    try {
      connection.pragma('journal_mode = DELETE');
      connection.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      connection.close();
      throw new DomainError(
        'SERVICE_UNAVAILABLE',
        'Another process already uses this SQLite database. Stop it, choose another DATA_DIR, or use MySQL or MariaDB (DB_TYPE) for several processes.',
        {},
        { cause: error },
      );
    }
    return new ProcessLock(connection);
  }

  release(): void {
    this.connection.close();
  }
}
