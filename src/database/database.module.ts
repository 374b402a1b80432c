import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { DatabaseSettings, ServerSettings } from '../config/settings.js';
import { InstallationRow, KeptSum, SessionCheck } from './bookkeeping.entity.js';
import { Database } from './database.js';
import { Installation } from './installation.js';
import { KeptSums } from './kept-sums.js';
import { dataSourceOptions, migrate } from './data-source.js';
import { checkSession } from './session-check.js';
import { giveUpSilentConnections } from './silent-connections.js';
import { ProcessLock } from './sqlite/process-lock.js';
import { useSingleConnection } from './sqlite/single-connection.js';
import type { Turnstile } from './sqlite/turnstile.js';

const turnstiles = new WeakMap<DataSource, Turnstile>();
const locks = new WeakMap<DataSource, ProcessLock>();

async function openDataSource(options?: DataSourceOptions): Promise<DataSource> {
  if (!options) throw new Error('the data source has no options');
  const lock = options.type === 'better-sqlite3' ? ProcessLock.take(options.database) : null;
  const dataSource = new DataSource(options);
  if (lock) {
    locks.set(dataSource, lock);
    turnstiles.set(dataSource, useSingleConnection(dataSource));
  }
  try {
    await dataSource.initialize();
    await migrate(dataSource);
    await checkSession(dataSource);
    giveUpSilentConnections(dataSource);
  } catch (error) {
    lock?.release();
    throw error;
  }
  return dataSource;
}

/** The database of the configured kind, migrated and checked before anybody uses it. */
@Global()
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [DatabaseSettings, ServerSettings],
      useFactory: (database: DatabaseSettings, server: ServerSettings) => ({
        ...dataSourceOptions(database, server.dataDir, []),
        autoLoadEntities: true,
        retryAttempts: 3,
        retryDelay: 1_000,
        toRetry: (error: Error) => error.name !== 'DomainError',
      }),
      dataSourceFactory: openDataSource,
    }),
    TypeOrmModule.forFeature([InstallationRow, KeptSum, SessionCheck]),
  ],
  providers: [
    KeptSums,
    {
      provide: Installation,
      inject: [Database, ServerSettings],
      useFactory: (db: Database, server: ServerSettings) => Installation.open(db, server),
    },
    {
      provide: Database,
      inject: [DataSource, DatabaseSettings],
      useFactory: (dataSource: DataSource, settings: DatabaseSettings) =>
        new Database(dataSource, settings, turnstiles.get(dataSource) ?? null),
    },
  ],
  exports: [Database, Installation, KeptSums],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(@Inject(getDataSourceToken()) private readonly dataSource: DataSource) {}

  onApplicationShutdown(): void {
    locks.get(this.dataSource)?.release();
  }
}
