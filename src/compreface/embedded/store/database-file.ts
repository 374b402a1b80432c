import { closeSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import { DomainError } from '../../../errors/domain-error.js';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS subject (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    folded TEXT NOT NULL UNIQUE
  ) STRICT;
  CREATE TABLE IF NOT EXISTS example (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    subject_id INTEGER NOT NULL REFERENCES subject (id),
    model TEXT NOT NULL,
    embedding BLOB NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS example_by_subject ON example (subject_id);
  CREATE INDEX IF NOT EXISTS example_by_model ON example (model);
  PRAGMA user_version = 1;
`;

/** Opens or makes the file, for this process alone. @throws DomainError INVALID_STATE as `CollectionDatabase.open` */
export function openDatabaseFile(path: string): Database.Database {
  closeSync(openSync(path, 'a', 0o600));
  const db = new Database(path, { timeout: 0 });
  try {
    // Held until close or the death of the process: the vectors in memory must not go stale behind our back.
    db.pragma('locking_mode = EXCLUSIVE');
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    db.pragma('secure_delete = ON');
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw isBusy(error) ? inUse(error) : error;
  }
}

function migrate(db: Database.Database): void {
  const version = db.pragma('user_version', { simple: true }) as number;
  if (version > 1)
    throw new DomainError(
      'INVALID_STATE',
      'The data folder of the embedded engine was written by a newer release: use that one',
    );
  db.exec(SCHEMA);
}

// By its code: the class of the error is another one wherever the native module was loaded twice.
const isBusy = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');

const inUse = (cause: unknown): DomainError =>
  new DomainError(
    'INVALID_STATE',
    'Another process is using this data folder of the embedded engine: stop it, or choose another folder',
    {},
    { cause },
  );
