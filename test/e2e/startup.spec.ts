import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { databases, emptyFolder, type TestDatabase } from '../support/databases.js';
import { enrolGroupPhotos } from '../support/group-photos.js';
import { SCALED_WORKER_TIMES } from '../support/new-test-app.js';
import { spawnApp, type SpawnedApp } from '../support/spawn-app.js';

const refused = (environment: Record<string, string>): Promise<string> =>
  spawnApp(environment).then(
    async (app) => {
      await app.kill();
      return 'it started';
    },
    (error: unknown) => String(error),
  );

describe.each(databases)('starting on $name', (database) => {
  let place: TestDatabase;
  let app: SpawnedApp;
  let environment: Record<string, string>;
  beforeAll(async () => {
    place = await database.create();
    environment = { ...SCALED_WORKER_TIMES, ...place.environment };
    app = await spawnApp(environment);
  });
  afterAll(async () => {
    await app.kill();
    await place.drop();
  });

  it('says in one line where it listens, and on what', () => {
    const lines = app
      .output()
      .split('\n')
      .filter((line) => line.includes('Listening'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      new RegExp(`http://127\\.0\\.0\\.1:\\d+ with ${database.name.toLowerCase()} and the embedded engine`),
    );
  });

  it('lets no other user of the machine read what it keeps', async () => {
    for (const name of await readdir(place.dataDir, { recursive: true })) {
      const { mode } = await stat(join(place.dataDir, name));
      expect([name, mode & 0o077]).toEqual([name, 0]);
    }
  });

  it('refuses a second process with the embedded engine, with the remedy', async () => {
    expect(await refused(environment)).toMatch(
      database.name === 'SQLite'
        ? /Another process already uses this SQLite database/
        : /Another process.*COMPREFACE_URL/,
    );
    expect((await app.api.get('/health/ready')).status).toBe(200);
  }, 20_000);

  it('refuses a data folder that does not belong to the database', async () => {
    if (database.name === 'SQLite') return;
    expect(await enrolGroupPhotos(app.api, await app.api.aPerson(), ['sample1.jpg'])).toBeGreaterThan(0);
    const engine = { COMPREFACE_URL: 'http://127.0.0.1:1', COMPREFACE_API_KEY: 'k' };
    expect(await refused({ ...environment, ...engine, DATA_DIR: emptyFolder() })).toMatch(
      /DATA_DIR is not the folder that belongs/,
    );
  }, 30_000);

  it('answers the port that is in use with the remedy', async () => {
    const port = new URL(app.api.baseUrl).port;
    const elsewhere = await databases[0]!.create();
    expect(await refused({ ...SCALED_WORKER_TIMES, ...elsewhere.environment, PORT: port })).toMatch(
      /set PORT to another one/,
    );
    await elsewhere.drop();
  });

  it('can be started again after it was stopped, and after it was killed', async () => {
    expect(await app.stop()).toBe(0);
    app = await spawnApp(environment);
    await app.kill();
    app = await spawnApp(environment);
    expect((await app.api.get('/health/live')).status).toBe(200);
  }, 30_000);
});

describe('settings that are not right', () => {
  it('are told all together, without a value', async () => {
    const output = await refused({
      PORT: 'eighty',
      DB_TYPE: 'oracle',
      COMPREFACE_URL: 'http://localhost:8000',
      DB_PASSWORD: 'topsecret',
      DATA_DIR: emptyFolder(),
    });
    expect(output).toMatch(/PORT must be an integer/);
    expect(output).toMatch(/DB_TYPE must be one of/);
    expect(output).toMatch(/COMPREFACE_API_KEY is needed/);
    expect(output).not.toContain('topsecret');
  });
});
