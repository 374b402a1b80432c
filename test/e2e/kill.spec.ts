import { databases, type TestDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import type { FakeCompreFace } from '../support/fake-compreface/fake-compreface.js';
import { spawnFakeCompreFace } from '../support/fake-compreface/spawn-fake-compreface.js';
import { enrolGroupPhotos } from '../support/group-photos.js';
import { SCALED_TIMES, SCALED_WORKER_TIMES } from '../support/new-test-app.js';
import { spawnApp, type SpawnedApp } from '../support/spawn-app.js';

const FACES = 24;

describe.each(databases)('kill -9 in the middle of a training on $name', (database) => {
  let place: TestDatabase;
  let fake: FakeCompreFace;
  let app: SpawnedApp;
  let environment: Record<string, string>;

  beforeAll(async () => {
    place = await database.create();
    fake = await spawnFakeCompreFace({ capacity: 2, latencyMs: 0 });
    environment = { ...SCALED_TIMES, ...place.environment, COMPREFACE_URL: fake.url, COMPREFACE_API_KEY: fake.apiKey };
    app = await spawnApp(environment);
  });
  afterAll(async () => {
    await app.kill();
    await fake.close();
    await place.drop();
  });

  it('takes the job up again, and ends with exactly one example for each face', async () => {
    const { personId } = await app.api.aPersonWithFaces(FACES, 3);
    await fake.setPace({ latencyMs: 40, capacity: 2 });
    await fake.clearRequests();
    const jobId = (
      await app.api.post(`/persons/${personId}/train`, { trainingType: 'full', config: { maxFacesPerBatch: 8 } })
    ).body.trainingId as number;
    for (const done of [3, 10]) {
      await eventually(async () => {
        expect((await app.api.get(`/training/jobs/${jobId}`)).body.job.progress.done).toBeGreaterThanOrEqual(done);
      });
      await app.kill();
      app = await spawnApp(environment);
    }
    await eventually(async () => {
      expect((await app.api.get(`/training/jobs/${jobId}`)).body.job).toMatchObject({
        status: 'completed',
        faces_added: FACES,
      });
    }, 30_000);
    await fake.settled();
    const { examples, wipes } = await fake.store();
    expect(examples).toHaveLength(FACES);
    expect(new Set(examples.map(({ sha256 }) => sha256)).size).toBe(FACES);
    expect(wipes).toEqual([]);
    // Two kills, and at each at most one batch was on its way.
    expect((await fake.requests()).counts.addFace).toBeLessThanOrEqual(FACES + 2 * 8);
    expect((await app.api.get(`/persons/${personId}`)).body.person).toMatchObject({
      recognition_status: 'trained',
      example_count: FACES,
    });
  }, 60_000);

  it('loses no upload that CompreFace confirmed when it is told to stop, and burns no attempt', async () => {
    await fake.setPace({ latencyMs: 0, capacity: 8 });
    const { personId } = await app.api.aPersonWithFaces(FACES, 40);
    await fake.setPace({ latencyMs: 60, capacity: 2 });
    await fake.clearRequests();
    const jobId = (await app.api.post(`/persons/${personId}/train`)).body.trainingId as number;
    await eventually(async () => {
      expect((await app.api.get(`/training/jobs/${jobId}`)).body.job.progress.done).toBeGreaterThanOrEqual(4);
    });
    expect(await app.stop()).toBe(0);
    app = await spawnApp(environment);
    await eventually(async () => {
      expect((await app.api.get(`/training/jobs/${jobId}`)).body.job).toMatchObject({
        status: 'completed',
        faces_added: FACES,
        attempt: 1,
      });
    }, 20_000);
    expect((await fake.requests()).counts.addFace).toBe(FACES);
  }, 60_000);
});

describe('kill -9 with the embedded engine', () => {
  it('takes the job up again, and the collection that lives in the same process ends right', async () => {
    const place = await databases[0]!.create();
    const environment = { ...SCALED_WORKER_TIMES, ...place.environment };
    let app = await spawnApp(environment);
    const personId = await app.api.aPerson('Group');
    const faces = await enrolGroupPhotos(app.api, personId);
    const jobId = (await app.api.post(`/persons/${personId}/train`, { trainingType: 'full' })).body
      .trainingId as number;
    await eventually(async () => {
      expect((await app.api.get(`/training/jobs/${jobId}`)).body.job.progress.done).toBeGreaterThanOrEqual(2);
    });
    await app.kill();
    app = await spawnApp(environment);
    await eventually(async () => {
      expect((await app.api.get(`/training/jobs/${jobId}`)).body.job).toMatchObject({
        status: 'completed',
        faces_added: faces,
      });
    }, 30_000);
    expect((await app.api.get('/compreface/status')).body.examples).toBe(faces);
    await app.kill();
    await place.drop();
  }, 120_000);
});
