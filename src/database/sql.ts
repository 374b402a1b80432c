import type { EntityManager } from 'typeorm';

/** A value that all three databases bind. */
export type SqlValue = string | number | boolean | null | Date | Buffer;

interface StructuredResult {
  readonly affected?: number;
  readonly raw: unknown;
}

/** Runs a writing statement and tells how many rows it matched (mysql2's default, checked when the application starts). */
export async function execute(em: EntityManager, sql: string, parameters: readonly SqlValue[] = []): Promise<number> {
  return (await structured(em, sql, parameters)).affected ?? 0;
}

/** Runs an insert of one row and returns its generated id. */
export async function insertRow(em: EntityManager, sql: string, parameters: readonly SqlValue[]): Promise<number> {
  const { raw } = await structured(em, sql, parameters);
  return typeof raw === 'object' && raw !== null ? Number((raw as { insertId: unknown }).insertId) : Number(raw);
}

/** Runs a query and returns its rows, as the database gives them. */
export function select<Row>(em: EntityManager, sql: string, parameters: readonly SqlValue[] = []): Promise<Row[]> {
  return em.query(sql, [...bindable(parameters)]);
}

/**
 * A column by which no index is to be chosen. SQLite has no statistics here and takes each index for one that leads to ten rows, so that it
 * would walk through all rows of a state instead of the few that are named by id. To MySQL and MariaDB the sign means nothing.
 */
export function unindexed(column: string): string {
  return `+${column}`;
}

/** `?, ?, ?` for a list of values; a list must not be empty, `IN ()` is no SQL. */
export function placeholders(values: readonly unknown[]): string {
  if (values.length === 0) throw new Error('an empty list has no placeholders');
  return values.map(() => '?').join(', ');
}

async function structured(em: EntityManager, sql: string, parameters: readonly SqlValue[]): Promise<StructuredResult> {
  const own = em.queryRunner ?? em.dataSource.createQueryRunner();
  try {
    return (await own.query(sql, [...bindable(parameters)], true)) as StructuredResult;
  } finally {
    if (!em.queryRunner) await own.release();
  }
}

function* bindable(parameters: readonly SqlValue[]): Generator<SqlValue> {
  for (const value of parameters) {
    if (value instanceof Date) yield sqlTime(value);
    else yield typeof value === 'boolean' ? Number(value) : value;
  }
}

/** A time as TypeORM writes `datetime(3)` on SQLite; MySQL and MariaDB read the same text as UTC (`timezone: 'Z'`). */
function sqlTime(time: Date): string {
  return time.toISOString().replace('T', ' ').replace('Z', '');
}

/** Reads a `datetime(3)` of a raw row: a `Date` on MySQL and MariaDB, UTC text on SQLite. */
export function readTime(value: Date | string | null | undefined): Date | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value;
  return new Date(`${value.replace(' ', 'T')}Z`);
}
