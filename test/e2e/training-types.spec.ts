import { createHash } from 'node:crypto';
import { Database } from '../../src/database/database.js';
import { select } from '../../src/database/sql.js';
import { databases } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { faults } from '../support/fake-compreface/faults.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';

describe.each(databases)('the kinds of training on $name', (database) => {
  let t: TestApp;
  beforeAll(async () => {
    t = await newTestApp({ database });
  });
  afterAll(() => t.close());
  beforeEach(() => t.fake.clearScript());

  async function train(
    personId: number,
    trainingType: string,
    config: object = { minFacesThreshold: 1 },
  ): Promise<number> {
    const { body } = await t.api.post(`/persons/${personId}/queue-training`, { trainingType, config });
    await t.api.post('/training/process-queue');
    return body.trainingId as number;
  }

  async function examplesOf(personId: number): Promise<{ imageId: string; sha256: string | null }[]> {
    const { compreface_subject } = (await t.api.get(`/persons/${personId}`)).body.person;
    return (await t.fake.store()).examples.filter(({ subject }) => subject === compreface_subject);
  }

  it('full: every face is sent anew, and at the end there is one example of each', async () => {
    const { personId, faceIds } = await t.api.aPersonWithFaces(5, 10);
    await train(personId, 'full');
    const before = await examplesOf(personId);
    const jobId = await train(personId, 'full');
    const after = await examplesOf(personId);
    expect(after).toHaveLength(5);
    const kept = after.filter(({ imageId }) => before.some((old) => old.imageId === imageId));
    expect(kept).toEqual([]);
    const images = await Promise.all(
      faceIds.map((id) => fetch(`${t.api.baseUrl}/api/faces/${id}/image`).then((r) => r.arrayBuffer())),
    );
    const hashes = images.map((bytes) => createHash('sha256').update(Buffer.from(bytes)).digest('hex'));
    expect(after.map(({ sha256 }) => sha256).sort()).toEqual(hashes.sort());
    expect((await t.api.get(`/training/jobs/${jobId}`)).body.job).toMatchObject({
      status: 'completed',
      faces_added: 5,
      faces_unchanged: 0,
      faces_removed: 0,
    });
  });

  it('full: the person stays recognisable throughout', async () => {
    const { personId } = await t.api.aPersonWithFaces(4, 11);
    await train(personId, 'full');
    await t.fake.setPace({ latencyMs: 60, capacity: 1 });
    const { body } = await t.api.post(`/persons/${personId}/train`, { trainingType: 'full' });
    let fewest = 4;
    await eventually(async () => {
      fewest = Math.min(fewest, (await examplesOf(personId)).length);
      expect((await t.api.get(`/training/jobs/${body.trainingId}`)).body.job.status).toBe('completed');
    });
    await t.fake.setPace({ latencyMs: 0, capacity: 8 });
    expect(fewest).toBe(4);
    expect(await examplesOf(personId)).toHaveLength(4);
  });

  it('incremental: only faces without an example are sent', async () => {
    const { personId } = await t.api.aPersonWithFaces(3, 12);
    await train(personId, 'full');
    const before = await examplesOf(personId);
    await t.api.addFaces(personId, 2, 12, 10);
    const jobId = await train(personId, 'incremental');
    const after = await examplesOf(personId);
    expect(after).toHaveLength(5);
    expect(after).toEqual(expect.arrayContaining(before));
    expect((await t.api.get(`/training/jobs/${jobId}`)).body.job).toMatchObject({
      faces_added: 2,
      faces_unchanged: 3,
      success_rate: 100,
    });
  });

  it('incremental: nothing new means that nothing is sent', async () => {
    const { personId } = await t.api.aPersonWithFaces(3, 13);
    await train(personId, 'full');
    await t.fake.clearRequests();
    const jobId = await train(personId, 'incremental');
    expect((await t.fake.requests()).counts.addFace).toBe(0);
    expect((await t.api.get(`/training/jobs/${jobId}`)).body.job).toMatchObject({
      status: 'completed',
      faces_added: 0,
      faces_unchanged: 3,
    });
  });

  it('validation: measures, and leaves the collection as it was', async () => {
    const { personId } = await t.api.aPersonWithFaces(4, 14);
    await t.api.aPersonWithFaces(3, 40);
    await train(personId, 'full');
    const before = await t.fake.store();
    const person = (await t.api.get(`/persons/${personId}`)).body.person;
    await t.fake.clearRequests();
    const jobId = await train(personId, 'validation');
    expect(await t.fake.store()).toEqual(before);
    const { addFace, deleteFaces, deleteFace, addSubject } = (await t.fake.requests()).counts as Record<
      string,
      number | undefined
    >;
    expect([addFace ?? 0, deleteFaces ?? 0, deleteFace ?? 0, addSubject ?? 0]).toEqual([0, 0, 0, 0]);
    expect((await t.api.get(`/persons/${personId}`)).body.person).toEqual(person);
    const { validation, job_id } = (await t.api.get(`/persons/${personId}/validation`)).body;
    expect(job_id).toBe(jobId);
    expect(validation).toMatchObject({
      verdict: 'measured',
      genuine_trials: 4,
      rank1_rate: 100,
      fnmr: 0,
      fmr: 0,
      suspicious_faces: [],
    });
    expect(validation.impostor_trials).toBeGreaterThanOrEqual(3);
  });

  it('validation: names a face that belongs to somebody else', async () => {
    const { personId } = await t.api.aPersonWithFaces(4, 50);
    const [wrong] = await t.api.addFaces(personId, 1, 70);
    const other = await t.api.aPersonWithFaces(4, 70, 'The right one');
    await train(personId, 'validation');
    const { validation } = (await t.api.get(`/persons/${personId}/validation`)).body;
    expect(validation.suspicious_faces).toEqual([
      expect.objectContaining({ face_id: wrong, closest_person: { person_id: other.personId, name: 'The right one' } }),
    ]);
  });

  it('left out: full for a person never trained, then incremental', async () => {
    const { personId } = await t.api.aPersonWithFaces(3, 15);
    const first = (await t.api.post(`/persons/${personId}/queue-training`)).body.trainingId;
    await t.api.post('/training/process-queue');
    const second = (await t.api.post(`/persons/${personId}/queue-training`)).body.trainingId;
    expect((await t.api.get(`/training/jobs/${first}`)).body.job.training_type).toBe('full');
    expect((await t.api.get(`/training/jobs/${second}`)).body.job.training_type).toBe('incremental');
    await t.api.post('/training/process-queue');
  });

  it('minFacesThreshold: as many faces as it says are enough, one fewer is not', async () => {
    const { personId } = await t.api.aPersonWithFaces(3, 16);
    const refused = await t.api.post(`/persons/${personId}/queue-training`, { config: { minFacesThreshold: 4 } });
    expect(refused).toMatchObject({ status: 422, body: { details: { current_faces: 3, minimum_required: 4 } } });
    const taken = await t.api.post(`/persons/${personId}/queue-training`, { config: { minFacesThreshold: 3 } });
    expect(taken.status).toBe(201);
    await t.api.delete(`/training/jobs/${taken.body.trainingId}`);
  });

  it('maxFacesPerBatch: so many faces are announced together, and all are trained', async () => {
    const { personId } = await t.api.aPersonWithFaces(7, 17);
    await t.fake.setPace({ capacity: 0 });
    const { body } = await t.api.post(`/persons/${personId}/train`, { config: { maxFacesPerBatch: 2 } });
    const db = t.app.get(Database);
    const announced = await eventually(async () => {
      const rows = await select(db.reader, "SELECT id FROM example WHERE person_id = ? AND state = 'announced'", [
        personId,
      ]);
      expect(rows.length).toBeGreaterThan(0);
      return rows.length;
    });
    expect(announced).toBe(2);
    await t.fake.setPace({ capacity: 8 });
    await eventually(async () => {
      expect((await t.api.get(`/training/jobs/${body.trainingId}`)).body.job).toMatchObject({
        status: 'completed',
        faces_added: 7,
      });
    });
    expect(await examplesOf(personId)).toHaveLength(7);
  });

  it('maxConcurrentJobs: so many jobs run at once, and no more', async () => {
    await t.fake.setPace({ latencyMs: 30, capacity: 2 });
    const persons = await Promise.all([18, 19, 20, 21, 22, 23].map((look) => t.api.aPersonWithFaces(3, look)));
    const ids = await Promise.all(
      persons.map(
        async ({ personId }) => (await t.api.post(`/persons/${personId}/queue-training`)).body.trainingId as number,
      ),
    );
    await t.api.post('/training/process-queue', { config: { maxConcurrentJobs: 2 } });
    await t.fake.setPace({ latencyMs: 0, capacity: 8 });
    const jobs = await Promise.all(
      ids.map(
        async (id) =>
          (await t.api.get(`/training/jobs/${id}`)).body.job as { started_at: string; completed_at: string },
      ),
    );
    const spans = jobs.map((job) => [Date.parse(job.started_at), Date.parse(job.completed_at)] as const);
    const overlap = spans.map(([start]) => spans.filter(([from, to]) => from <= start && start < to).length);
    expect(Math.max(...overlap)).toBe(2);
  });

  it('a photo that CompreFace refuses does not stop the others, and its reason is shown', async () => {
    const { personId } = await t.api.aPersonWithFaces(5, 24);
    await t.fake.script({
      route: 'addFace',
      times: 1,
      takesEffect: 'no',
      answer: {
        status: 400,
        headers: { 'content-type': 'application/json' },
        body: '{"message":"No face is found in the given image","code":28}',
      },
    });
    const jobId = await train(personId, 'full');
    const { job } = (await t.api.get(`/training/jobs/${jobId}`)).body;
    expect(job).toMatchObject({ status: 'completed', faces_added: 4, faces_failed: 1, success_rate: 80 });
    expect(job.faces[0]).toMatchObject({ outcome: 'rejected', reason: { code: 'NO_FACE' } });
    expect(await examplesOf(personId)).toHaveLength(4);
  });

  it.each([
    'applyThenReset',
    'undefinedAfterApply',
    'badGatewayAfterApply',
    'hangThenApply',
    'garbageAfterApply',
  ] as const)('an upload of unknown outcome (%s) is looked for, never sent twice', async (fault) => {
    const { personId } = await t.api.aPersonWithFaces(4, 25);
    await t.fake.script({ route: 'addFace', times: 1, ...faults[fault] });
    const { body } = await t.api.post(`/persons/${personId}/train`, { trainingType: 'full' });
    await eventually(async () => {
      expect((await t.api.get(`/training/jobs/${body.trainingId}`)).body.job).toMatchObject({
        status: 'completed',
        faces_added: 4,
      });
    });
    await t.fake.settled();
    const examples = await examplesOf(personId);
    expect(examples).toHaveLength(4);
    expect(new Set(examples.map(({ sha256 }) => sha256)).size).toBe(4);
    expect((await t.api.get(`/persons/${personId}`)).body.person.example_count).toBe(4);
  });

  it('an upload that began long after it was announced settles from when it went wrong', async () => {
    const { personId } = await t.api.aPersonWithFaces(20, 28);
    await t.fake.setPace({ latencyMs: 100, capacity: 1 });
    await t.fake.script({ route: 'addFace', times: 19 });
    await t.fake.script({ route: 'addFace', times: 1, takesEffect: 'late', lateByMs: 900, answer: 'reset' });
    const { body } = await t.api.post(`/persons/${personId}/train`, { trainingType: 'full' });
    await eventually(async () => {
      expect((await t.api.get(`/training/jobs/${body.trainingId}`)).body.job).toMatchObject({
        status: 'completed',
        faces_added: 20,
      });
    }, 15_000);
    await t.fake.settled();
    await t.fake.setPace({ latencyMs: 0, capacity: 8 });
    expect(await examplesOf(personId)).toHaveLength(20);
  });

  it('examples that we did not add stay', async () => {
    const { personId } = await t.api.aPersonWithFaces(3, 26);
    await train(personId, 'full');
    const { compreface_subject } = (await t.api.get(`/persons/${personId}`)).body.person;
    const image = await fetch(
      `${t.api.baseUrl}/api/faces/${(await t.api.addFaces(await t.api.aPerson(), 1, 60))[0]}/image`,
    );
    const foreign = await t.fake.addForeignExample(
      compreface_subject as string,
      Buffer.from(await image.arrayBuffer()).toString('base64'),
    );
    await train(personId, 'full');
    const examples = await examplesOf(personId);
    expect(examples.map(({ imageId }) => imageId)).toContain(foreign);
    expect(examples).toHaveLength(4);
  });

  it('an example that somebody removed from CompreFace is put back', async () => {
    const { personId } = await t.api.aPersonWithFaces(3, 27);
    await train(personId, 'full');
    const [gone] = await examplesOf(personId);
    await fetch(`${t.fake.url}/api/v1/recognition/faces/${gone!.imageId}`, {
      method: 'DELETE',
      headers: { 'x-api-key': t.fake.apiKey },
    });
    await train(personId, 'incremental');
    expect((await examplesOf(personId)).map(({ sha256 }) => sha256)).toContain(gone!.sha256);
    expect((await t.fake.store()).wipes).toEqual([]);
  });
});
