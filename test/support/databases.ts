import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';

/** Where a test's data lives; `environment` is what the application is started with. */
export interface TestDatabase {
  readonly environment: Readonly<Record<string, string>>;
  readonly dataDir: string;
  drop(): Promise<void>;
}

export interface DatabaseKind {
  readonly name: 'SQLite' | 'MariaDB';
  create(): Promise<TestDatabase>;
}

const sqlite: DatabaseKind = {
  name: 'SQLite',
  create: () => {
    const dataDir = emptyFolder();
    return Promise.resolve({
      environment: { DB_TYPE: 'sqlite', DATA_DIR: dataDir },
      dataDir,
      drop: () => {
        rmSync(dataDir, { recursive: true, force: true });
        return Promise.resolve();
      },
    });
  },
};

const mariaDb: DatabaseKind = {
  name: 'MariaDB',
  create: async () => {
    const port = Number(process.env['TEST_MARIADB_PORT']);
    const name = `t_${process.pid}_${Math.random().toString(36).slice(2, 10)}`;
    const dataDir = emptyFolder();
    await asRoot(port, `CREATE DATABASE ${name}`);
    return {
      environment: { DB_TYPE: 'mariadb', DATABASE_URL: `mariadb://root@127.0.0.1:${port}/${name}`, DATA_DIR: dataDir },
      dataDir,
      drop: async () => {
        await asRoot(port, `DROP DATABASE IF EXISTS ${name}`);
        rmSync(dataDir, { recursive: true, force: true });
      },
    };
  },
};

/** Every database that this run can test on; `globalSetup` has started MariaDB where it is installed. */
export const databases: readonly DatabaseKind[] = process.env['TEST_MARIADB_PORT'] ? [sqlite, mariaDb] : [sqlite];

export function emptyFolder(): string {
  return mkdtempSync(join(tmpdir(), 'training-test-'));
}

async function asRoot(port: number, sql: string): Promise<void> {
  const connection = await mysql.createConnection({ host: '127.0.0.1', port, user: 'root' });
  await connection.query(sql);
  await connection.end();
}
