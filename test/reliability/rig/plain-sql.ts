import Sqlite from 'better-sqlite3';
import mysql from 'mysql2/promise';
import { sqliteFile } from '../../../src/database/data-source.js';
import type { TestDatabase } from '../../support/databases.js';

/** The application's database as an outsider sees it: past all of the application's own code. */
export interface PlainSql {
  readonly kind: 'sqlite' | 'mariadb';
  all<Row>(sql: string, values?: readonly (string | number | null)[]): Promise<Row[]>;
  run(sql: string, values?: readonly (string | number | null)[]): Promise<void>;
  /** SQL for the database's clock, epoch ms. */
  readonly now: string;
  close(): Promise<void>;
}

/** Opens the database of a place that an application has migrated. */
export function openPlainSql({ environment, dataDir }: TestDatabase): PlainSql {
  const url = environment['DATABASE_URL'];
  return url === undefined ? ofSqlite(dataDir) : ofMariaDb(url);
}

function ofSqlite(dataDir: string): PlainSql {
  const connection = new Sqlite(sqliteFile(dataDir), { timeout: 20_000 });
  return {
    kind: 'sqlite',
    now: `CAST(unixepoch('subsec') * 1000 AS INTEGER)`,
    all: <Row>(sql: string, values: readonly unknown[] = []) =>
      Promise.resolve(connection.prepare(sql).all(...values) as Row[]),
    run: (sql, values = []) => {
      connection.prepare(sql).run(...values);
      return Promise.resolve();
    },
    close: () => {
      connection.close();
      return Promise.resolve();
    },
  };
}

function ofMariaDb(url: string): PlainSql {
  const pool = mysql.createPool({ uri: url.replace('mariadb:', 'mysql:'), connectionLimit: 2, timezone: 'Z' });
  return {
    kind: 'mariadb',
    now: 'CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)',
    all: async <Row>(sql: string, values: readonly (string | number | null)[] = []) =>
      (await pool.query(sql, [...values]))[0] as Row[],
    run: async (sql, values = []) => {
      await pool.query(sql, [...values]);
    },
    close: () => pool.end(),
  };
}
