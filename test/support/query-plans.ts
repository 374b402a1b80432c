import type { DataSource, Logger } from 'typeorm';

/** A statement that the application has sent to its database. */
export interface AskedQuery {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** What the application asks its database while `work` is done, also what it asks in the background meanwhile. */
export async function askedDuring(dataSource: DataSource, work: () => Promise<unknown>): Promise<AskedQuery[]> {
  const asked: AskedQuery[] = [];
  const before = dataSource.logger;
  dataSource.logger = listener(asked);
  try {
    await work();
  } finally {
    dataSource.logger = before;
  }
  return asked;
}

/** How the database goes about a query, a line for each step: SQLite's words, or table, way and index on MariaDB. */
export async function planOf(dataSource: DataSource, { sql, parameters }: AskedQuery): Promise<string[]> {
  if (dataSource.options.type === 'better-sqlite3') {
    const steps = await dataSource.query<{ detail: string }[]>(`EXPLAIN QUERY PLAN ${sql}`, [...parameters]);
    return steps.map(({ detail }) => detail);
  }
  const tables = await dataSource.query<{ table: string; type: string; key: string | null }[]>(`EXPLAIN ${sql}`, [
    ...parameters,
  ]);
  return tables.map(({ table, type, key }) => `${table} ${type} ${key ?? 'without an index'}`);
}

function listener(asked: AskedQuery[]): Logger {
  const ignore = (): void => undefined;
  return {
    logQuery: (sql, parameters) => {
      asked.push({ sql, parameters: Array.isArray(parameters) ? (parameters as unknown[]) : [] });
    },
    logQueryError: ignore,
    logQuerySlow: ignore,
    logSchemaBuild: ignore,
    logMigration: ignore,
    log: ignore,
  };
}
