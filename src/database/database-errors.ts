import { DomainError } from '../errors/domain-error.js';
import { isDatabaseAway, isDiskFull, isRetryable } from './write-errors.js';

/** Faults of the database and the disk as errors of the interface; null for anything else. */
export function translateDatabaseError(error: unknown): DomainError | null {
  if (isDiskFull(error)) {
    return new DomainError(
      'INSUFFICIENT_STORAGE',
      'The disk is full: free some space; nothing was stored',
      {},
      { cause: error },
    );
  }
  if (isDatabaseAway(error)) {
    return new DomainError(
      'SERVICE_UNAVAILABLE',
      'The database cannot be reached; try again in a moment',
      { retry_after_seconds: 5 },
      { cause: error },
    );
  }
  if (isRetryable(error)) {
    return new DomainError(
      'SERVICE_UNAVAILABLE',
      'The database is busy; try again in a moment',
      { retry_after_seconds: 1 },
      { cause: error },
    );
  }
  return null;
}
