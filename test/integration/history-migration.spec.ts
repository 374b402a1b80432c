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
/** The one that counts full trainings for themselves; one that counts persons follows. */
const HISTORY = MIGRATIONS.findIndex(({ name }) => name.startsWith('HistoryIndices'));

describe.each(databases)('jobs and persons from before they were counted for themselves, on $name', (database) => {
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

  const addPerson = (id: number, examples: number): Promise<number> =>
    execute(
      dataSource.manager,
      `INSERT INTO person (id, name, name_key, search_name, auto_recognize, subject, desired_generation, trained_generation, example_count,
         is_training, last_failed, retries_spent, created_at, updated_at)
       VALUES (?, 'Somebody', ?, 'somebody', 1, ?, 1, 0, ?, 0, 0, 0, ${NOW}, ${NOW})`,
      [id, `key-${id}`, `subject-${id}`, examples],
    );
  const sums = async (table: string, like: string): Promise<Record<string, number>> => {
    const rows = await select<{ metric: string; value: number }>(
      dataSource.manager,
      `SELECT metric, value FROM ${table} WHERE metric LIKE '${like}%'`,
    );
    return Object.fromEntries(rows.map(({ metric, value }) => [metric, value]));
  };

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
    for (const [id, examples] of [
      [1, 0],
      [2, 3],
      [3, 0],
    ] as const)
      await addPerson(id, examples);
    await dataSource.destroy();
    await open([...MIGRATIONS]);
  });
  afterAll(async () => {
    await dataSource.destroy();
    await place.drop();
  });

  it('are counted by their states', async () => {
    expect(await sums('kept_sum', 'full')).toEqual({
      full_pending: 1,
      full_running: 0,
      full_completed: 2,
      full_failed: 0,
      full_cancelled: 0,
    });
  });

  it('are counted by whether they are trained', async () => {
    expect(await sums('kept_sum', 'persons')).toEqual({ persons_all: 3, persons_trained: 1 });
  });

  it('and the migrations can be taken back', async () => {
    const transaction = database.name === 'SQLite' ? 'each' : 'none';
    for (let left = MIGRATIONS.length; left > HISTORY; left -= 1) await dataSource.undoLastMigration({ transaction });
    expect(await sums('job_counter', '')).toEqual({});
    await dataSource.runMigrations({ transaction });
    expect(await sums('kept_sum', 'persons')).toEqual({ persons_all: 3, persons_trained: 1 });
  });
});
