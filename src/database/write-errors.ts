/** Codes under which the three databases report the same thing. Sources: MySQL/MariaDB error reference, SQLite result codes. */
const UNIQUE = new Set(['ER_DUP_ENTRY', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY']);
const RETRYABLE = new Set([
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_CHECKREAD',
  'SQLITE_BUSY',
  'SQLITE_BUSY_SNAPSHOT',
]);
const RETRYABLE_NUMBERS = new Set([1213, 1205, 1020]);
const AWAY = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'ER_SERVER_SHUTDOWN',
  'ER_CONNECTION_KILLED',
  'ER_CON_COUNT_ERROR',
  'ER_NORMAL_SHUTDOWN',
  'SQLITE_CANTOPEN',
]);
const FULL = new Set(['SQLITE_FULL', 'ENOSPC', 'ER_DISK_FULL', 'ER_RECORD_FILE_FULL', 'EDQUOT']);

/** Whether an insert or update broke a unique index. */
export function isUniqueViolation(error: unknown): boolean {
  return UNIQUE.has(codeOf(error));
}

/** Whether the whole transaction may be run again: dead lock, lock wait, snapshot conflict, busy file. */
export function isRetryable(error: unknown): boolean {
  return RETRYABLE.has(codeOf(error)) || RETRYABLE_NUMBERS.has(numberOf(error));
}

/** Whether the database could not be reached or went away under the statement. */
export function isDatabaseAway(error: unknown): boolean {
  return isDatabaseFault(error) && (AWAY.has(codeOf(error)) || isClosedConnection(error));
}

/** mysql2 gives this one no code: "Can't add new command when connection is in closed state" (lib/base/connection.js, 3.24). */
function isClosedConnection(error: unknown): boolean {
  const cause = property(error, 'driverError') ?? error;
  return property(cause, 'fatal') === true && codeOf(error) === '';
}

/** Whether the disk below the database or the data folder is full. */
export function isDiskFull(error: unknown): boolean {
  return FULL.has(codeOf(error));
}

/** mysql2 and TypeORM mark their errors by these fields; a network error of another client has neither. */
function isDatabaseFault(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  return 'query' in error || 'fatal' in error || 'driverError' in error;
}

function codeOf(error: unknown): string {
  const code = property(property(error, 'driverError') ?? error, 'code');
  return typeof code === 'string' ? code : '';
}

function numberOf(error: unknown): number {
  const number = property(property(error, 'driverError') ?? error, 'errno');
  return typeof number === 'number' ? number : 0;
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
