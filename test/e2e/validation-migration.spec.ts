import 'reflect-metadata';
import { DataSource, type MigrationInterface } from 'typeorm';
import { loadSettings } from '../../src/config/load-settings.js';
import { DatabaseSettings } from '../../src/config/settings.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { MIGRATIONS } from '../../src/database/migrations/migrations.js';
import { execute, insertRow, select } from '../../src/database/sql.js';
import { packEmbedding, unpackEmbedding } from '../../src/persons/embedding.js';
import { TrainingJob } from '../../src/training/entities/training-job.entity.js';
import { databases, type TestDatabase } from '../support/databases.js';

const NOW = "'2026-01-15 12:00:00.000'";
/** The one that keys embeddings by their calculator, too. */
const RECOGNITION = MIGRATIONS.findIndex(({ name }) => name.startsWith('Recognition'));

describe.each(databases)('embeddings from before there was one for each calculator, on $name', (database) => {
  let place: TestDatabase;
  let dataSource: DataSource;
  let faceId: number;

  /** TypeORM makes its table of generated columns only where it knows of one: training jobs have it. */
  async function open(migrations: (new () => MigrationInterface)[]): Promise<void> {
    const settings = loadSettings(place.environment).get(DatabaseSettings) as DatabaseSettings;
    dataSource = await new DataSource({
      ...dataSourceOptions(settings, place.dataDir, [TrainingJob]),
      migrations,
    }).initialize();
    await dataSource.runMigrations({ transaction: settings.type === 'sqlite' ? 'each' : 'none' });
  }
  const addEmbedding = (calculator: string, vector: number[]): Promise<number> =>
    execute(dataSource.manager, 'INSERT INTO face_embedding (face_id, calculator, vector) VALUES (?, ?, ?)', [
      faceId,
      calculator,
      packEmbedding(vector),
    ]);
  const embeddings = async (): Promise<Record<string, number[]>> => {
    const rows = await select<{ calculator: string; vector: Buffer }>(
      dataSource.manager,
      'SELECT calculator, vector FROM face_embedding ORDER BY calculator',
    );
    return Object.fromEntries(rows.map(({ calculator, vector }) => [calculator, [...unpackEmbedding(vector)]]));
  };

  beforeAll(async () => {
    place = await database.create();
    await open(MIGRATIONS.slice(0, RECOGNITION));
    const photoId = await insertRow(
      dataSource.manager,
      `INSERT INTO photo (source_hash, content_hash, width, height, original_name, created_at) VALUES ('', '', 1, 1, 'a.jpg', ${NOW})`,
      [],
    );
    faceId = await insertRow(
      dataSource.manager,
      `INSERT INTO face (photo_id, source_hash, state, examine_tries, created_at) VALUES (?, '', 'ready', 0, ${NOW})`,
      [photoId],
    );
    await addEmbedding('former', [1, -2, 0.5]);
    await dataSource.destroy();
    await open([...MIGRATIONS]);
  });
  afterAll(async () => {
    await dataSource.destroy();
    await place.drop();
  });

  it('are kept', async () => {
    expect(await embeddings()).toEqual({ former: [1, -2, 0.5] });
  });

  it('and a face holds one of another calculator beside them, but no second of the same', async () => {
    await addEmbedding('present', [3, 4]);
    expect(await embeddings()).toEqual({ former: [1, -2, 0.5], present: [3, 4] });
    await expect(addEmbedding('present', [5, 6])).rejects.toThrow();
  });

  it('and they go with their face', async () => {
    await execute(dataSource.manager, 'DELETE FROM face WHERE id = ?', [faceId]);
    expect(await embeddings()).toEqual({});
  });
});
