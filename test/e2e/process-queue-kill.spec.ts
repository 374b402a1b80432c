import { databases, type TestDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import type { FakeCompreFace } from '../support/fake-compreface/fake-compreface.js';
import { spawnFakeCompreFace } from '../support/fake-compreface/spawn-fake-compreface.js';
import { SCALED_TIMES } from '../support/new-test-app.js';
import { spawnApp, type SpawnedApp } from '../support/spawn-app.js';

const PERSONS = 4;

describe.each(databases)('process-queue in a process that ends, on $name,', (database) => {
  let place: TestDatabase;
  let fake: FakeCompreFace;
  let app: SpawnedApp;
  let environment: Record<string, string>;

  beforeEach(async () => {
    place = await database.create();
    fake = await spawnFakeCompreFace({ capacity: 4, latencyMs: 0 });
    environment = { ...SCALED_TIMES, ...place.environment, COMPREFACE_URL: fake.url, COMPREFACE_API_KEY: fake.apiKey };
    app = await spawnApp(environment);
    for (let person = 0; person < PERSONS; person += 1) {
      const { personId } = await app.api.aPersonWithFaces(2, person);
      await app.api.post(`/persons/${personId}/queue-training`, { config: { minFacesThreshold: 1 } });
    }
    await fake.setPace({ latencyMs: 400, capacity: 1 });
  });
  afterEach(async () => {
    await app.kill();
    await fake.close();
    await place.drop();
  });

  const inState = async (status: string): Promise<number> =>
    ((await app.api.get('/training/queue')).body.queue as { counts: Record<string, number> }).counts[status]!;
  const begin = async (): Promise<void> => {
    const config = { wait: false, maxConcurrentJobs: 1 };
    expect((await app.api.post('/training/process-queue', { config })).status).toBe(202);
    await eventually(async () => {
      expect(await inState('running')).toBe(1);
    });
  };
  const allCompleted = async (): Promise<void> => {
    await fake.setPace({ latencyMs: 0, capacity: 4 });
    await eventually(async () => {
      expect(await inState('completed')).toBe(PERSONS);
    }, 20_000);
  };

  it('is gone on with after a kill -9, although it was answered long ago', async () => {
    await begin();
    await app.kill();
    app = await spawnApp(environment);
    await allCompleted();
  }, 60_000);

  it('is gone on with after a stop', async () => {
    await begin();
    await app.stop();
    app = await spawnApp(environment);
    await allCompleted();
  }, 60_000);

  it('begins no job but those that were pending at the call', async () => {
    await fake.setPace({ latencyMs: 0, capacity: 4 });
    const { personId } = await app.api.aPersonWithFaces(2, 60);
    await fake.setPace({ latencyMs: 400, capacity: 1 });
    await begin();
    const late = await app.api.post(`/persons/${personId}/queue-training`, { config: { minFacesThreshold: 1 } });
    await app.kill();
    app = await spawnApp(environment);
    await allCompleted();
    const { job } = (await app.api.get(`/training/jobs/${String(late.body.trainingId)}`)).body as {
      job: { status: string };
    };
    expect(job.status).toBe('pending');
  }, 60_000);

  it('runs no more jobs at once than it was told, while its process lives', async () => {
    await begin();
    const seen = new Set<number>();
    await fake.setPace({ latencyMs: 60, capacity: 4 });
    await eventually(async () => {
      seen.add(await inState('running'));
      expect(await inState('completed')).toBe(PERSONS);
    }, 20_000);
    expect(Math.max(...seen)).toBe(1);
  }, 60_000);
});
