import { FaceEngineError } from '../compreface/face-engine-error.js';
import { translateDatabaseError } from '../database/database-errors.js';
import { MissingFileError } from '../persons/photos/photo-store.js';
import type { JobError } from './job-endings.js';

/** An outage of CompreFace or of the database, which never counts against a job. */
export function outageOf(error: unknown): { error: JobError; retryAfterMs: number | null } | null {
  if (error instanceof FaceEngineError) {
    const retryAfterMs = error.failure.kind === 'unavailable' ? error.failure.retryAfterMs : null;
    return { error: { code: error.code, message: error.message }, retryAfterMs };
  }
  const database = translateDatabaseError(error);
  return database && { error: { code: database.code, message: database.message }, retryAfterMs: null };
}

/** What a job shows of an error that is no outage. */
export function errorOfOurs(error: unknown): JobError {
  if (error instanceof MissingFileError) return { code: 'FILE_MISSING', message: error.message };
  return { code: 'INTERNAL_ERROR', message: 'Our own work broke: the log says more' };
}

/** A stack without the values of a statement: those may be names. */
export function shortReason(error: unknown): string {
  return error instanceof Error
    ? `${error.name}: ${error.message}\n${error.stack ?? ''}`.slice(0, 2_000)
    : 'unknown error';
}
