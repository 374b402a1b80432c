import 'reflect-metadata';
import { DataSource, type MigrationInterface } from 'typeorm';
import { loadSettings } from '../../src/config/load-settings.js';
import { DatabaseSettings } from '../../src/config/settings.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { MIGRATIONS } from '../../src/database/migrations/migrations.js';
import { execute, select } from '../../src/database/sql.js';
import { TrainingJob } from '../../src/training/entities/training-job.entity.js';
import { databases, type TestDatabase } from '../support/databases.js';

const NOW = "'2026-01-15 12:00:00.000'";
/** The one that counts full trainings for themselves. */
const HISTORY = MIGRATIONS.findIndex(({ name }) => name.startsWith('HistoryIndices'));

describe.each(databases)('jobs from before full trainings were counted for themselves, on $name', (database) => {
  let place: TestDatabase;
  let dataSource: DataSource;

  /** TypeORM makes its table of generated columns only where it knows of one: training jobs have it. */
  async function open(migrations: (new () => MigrationInterface)[]): Promise<void> {
    const settings = loadSettings(place.environment).get(DatabaseSettings) as DatabaseSettings;
    const options = { ...dataSourceOptions(settings, place.dataDir, [TrainingJob]), migrations };
    dataSource = await new DataSource(options).initialize();
    await dataSource.runMigrations({ transaction: settings.type === 'sqlite' ? 'each' : 'none' });
  }

  const addJob = (type: string, state: string): Promise<number> =>
    execute(
      dataSource.manager,
      `INSERT INTO training_job (person_id, person_name, training_type, state, max_faces_per_batch, begun, run_at, epoch, attempt, crashes,
         outages, faces_planned, faces_added, faces_removed, faces_unchanged, faces_failed, success_rate, training_time, queued_at)
       VALUES (1, 'Somebody', ?, ?, 50, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ${NOW})`,
      [type, state],
    );

  beforeAll(async () => {
    place = await database.create();
    await open(MIGRATIONS.slice(0, HISTORY));
    for (const [type, state] of [
      ['full', 'completed'],
      ['full', 'completed'],
      ['full', 'pending'],
      ['incremental', 'completed'],
      ['validation', 'completed'],
      ['incremental', 'failed'],
    ] as const)
      await addJob(type, state);
    await dataSource.destroy();
    await open([...MIGRATIONS]);
  });
  afterAll(async () => {
    await dataSource.destroy();
    await place.drop();
  });

  it('are counted by their states', async () => {
    const rows = await select<{ metric: string; value: number }>(
      dataSource.manager,
      "SELECT metric, value FROM job_counter WHERE metric LIKE 'full%'",
    );
    expect(Object.fromEntries(rows.map(({ metric, value }) => [metric, value]))).toEqual({
      full_pending: 1,
      full_running: 0,
      full_completed: 2,
      full_failed: 0,
      full_cancelled: 0,
    });
  });

  it('and the migration can be taken back', async () => {
    await dataSource.undoLastMigration({ transaction: database.name === 'SQLite' ? 'each' : 'none' });
    expect(await select(dataSource.manager, "SELECT metric FROM job_counter WHERE metric LIKE 'full%'")).toEqual([]);
    await dataSource.runMigrations({ transaction: database.name === 'SQLite' ? 'each' : 'none' });
  });
});
