import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type Sqlite from 'better-sqlite3';
import mysql2 from 'mysql2';
import { DataSource, type DataSourceOptions, type EntitySchema } from 'typeorm';
import type { DatabaseSettings } from '../config/settings.js';
import { MIGRATIONS } from './migrations/migrations.js';

type Entities = readonly (NewableFunction | EntitySchema)[];

/** TypeORM's options for the configured database. Never logs statements: their parameters carry names. */
export function dataSourceOptions(settings: DatabaseSettings, dataDir: string, entities: Entities): DataSourceOptions {
  const common = {
    entities: [...entities] as never[],
    migrations: [...MIGRATIONS],
    logging: false,
    synchronize: false,
  };
  if (settings.type === 'sqlite') {
    mkdirSync(dataDir, { recursive: true });
    return { ...common, type: 'better-sqlite3', database: sqliteFile(dataDir), prepareDatabase: prepareSqlite };
  }
  return {
    ...common,
    type: settings.type,
    ...(settings.url === undefined
      ? {
          host: settings.host,
          port: settings.port,
          username: settings.user,
          password: settings.password,
          database: settings.name,
        }
      : { url: settings.url }),
    charset: 'utf8mb4',
    timezone: 'Z',
    bigNumberStrings: false,
    connectTimeout: 5_000,
    poolSize: settings.poolSize,
    driver: { ...mysql2, createPool: (options: mysql2.PoolOptions) => createPoolWithSession(options, settings) },
  };
}

/** The SQLite database below the data folder. */
export function sqliteFile(dataDir: string): string {
  return join(dataDir, 'training.sqlite');
}

function prepareSqlite(connection: Sqlite.Database): void {
  connection.pragma('journal_mode = WAL');
  // FULL: an acknowledged write survives a power cut.
  connection.pragma('synchronous = FULL');
  connection.pragma('busy_timeout = 5000');
  connection.pragma('foreign_keys = ON');
}

/**
 * Every connection reads what is committed (a re-read inside a transaction must see a lost race) and keeps UTC. On MariaDB a transaction
 * whose client stands still is taken back (`idle_transaction_timeout`, MariaDB 10.3 and above): its locks would stop those who take over.
 */
function createPoolWithSession(options: mysql2.PoolOptions, settings: DatabaseSettings): mysql2.Pool {
  const pool = mysql2.createPool(options);
  pool.on('connection', (connection) => {
    connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
    connection.query("SET SESSION time_zone = '+00:00', innodb_lock_wait_timeout = 5");
    if (settings.type === 'mariadb') {
      const seconds = Math.ceil(settings.stalledTransactionMs / 1_000);
      connection.query(`SET SESSION idle_transaction_timeout = ${seconds}`);
    }
  });
  return pool;
}

/** Applies the migrations; replicas that start together take turns. */
export async function migrate(dataSource: DataSource): Promise<void> {
  if (dataSource.options.type === 'better-sqlite3') {
    await dataSource.runMigrations({ transaction: 'each' });
    return;
  }
  const runner = dataSource.createQueryRunner();
  try {
    await runner.query("SELECT GET_LOCK('compreface_training_migrations', 120)");
    // New tables follow the database: one that was made with latin1 would refuse most of the world's names.
    await runner.query('ALTER DATABASE CHARACTER SET utf8mb4');
    await dataSource.runMigrations({ transaction: 'none' });
  } finally {
    await runner.query("SELECT RELEASE_LOCK('compreface_training_migrations')").catch(() => undefined);
    await runner.release();
  }
}
