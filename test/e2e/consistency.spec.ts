import { databases } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { faults } from '../support/fake-compreface/faults.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';

describe.each(databases)('ledger and collection on $name', (database) => {
  let t: TestApp;
  beforeEach(async () => {
    t = await newTestApp({ database });
  });
  afterEach(() => t.close());

  interface Trained {
    readonly personId: number;
    readonly faceIds: number[];
    readonly subject: string;
  }

  async function aTrainedPerson(look: number, faces = 3): Promise<Trained> {
    const { personId, faceIds } = await t.api.aPersonWithFaces(faces, look);
    await t.api.post(`/persons/${personId}/queue-training`, { config: { minFacesThreshold: 1 } });
    await t.api.post('/training/process-queue');
    const { person } = (await t.api.get(`/persons/${personId}`)).body;
    expect(person.recognition_status).toBe('trained');
    return { personId, faceIds, subject: person.compreface_subject as string };
  }

  async function examplesOf(subject: string): Promise<{ imageId: string; sha256: string | null }[]> {
    return (await t.fake.store()).examples.filter((example) => example.subject === subject);
  }

  async function removeBehindOurBack(imageIds: readonly string[]): Promise<void> {
    for (const id of imageIds) {
      await fetch(`${t.fake.url}/api/v1/recognition/faces/${id}`, {
        method: 'DELETE',
        headers: { 'x-api-key': t.fake.apiKey },
      });
    }
  }

  async function photoOf(faceId: number): Promise<string> {
    const image = await fetch(`${t.api.baseUrl}/api/faces/${faceId}/image`);
    return Buffer.from(await image.arrayBuffer()).toString('base64');
  }

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test asserts on whatever the server sent
  const report = async (): Promise<any> => (await t.api.get('/compreface/consistency')).body as unknown;
  const repair = (body: object = {}) => t.api.post('/compreface/consistency/repair', body);

  async function untilConsistent(): Promise<void> {
    await eventually(async () => {
      expect(await report()).toMatchObject({ consistent: true });
    });
  }

  it('agree after a training', async () => {
    await aTrainedPerson(1);
    expect(await report()).toMatchObject({
      success: true,
      consistent: true,
      collection_was_reset: false,
      sizes: { collection_examples: 3, collection_subjects: 1, ledger_examples: 3, ledger_persons: 1 },
      missing: { total: 0, shown: [] },
      foreign_subjects: { subjects: 0, examples: 0 },
      audit: { state: 'running' },
    });
  });

  it('an example that vanished is named as missing, and nothing is changed by asking', async () => {
    const { personId, subject, faceIds } = await aTrainedPerson(2);
    const [gone, ...rest] = await examplesOf(subject);
    await removeBehindOurBack([gone!.imageId]);
    await t.fake.clearRequests();
    const before = await t.fake.store();
    const { missing, consistent } = await report();
    expect(consistent).toBe(false);
    expect(missing).toEqual({
      total: 1,
      shown: [{ person_id: personId, subject, face_id: expect.any(Number), image_id: gone!.imageId }],
    });
    expect(faceIds).toContain(missing.shown[0].face_id);
    expect(await t.fake.store()).toEqual(before);
    expect(await examplesOf(subject)).toHaveLength(rest.length);
    expect((await t.fake.requests()).counts.addFace).toBe(0);
  });

  it('a repair sends what is missing anew, by a training that begins at once, and says so', async () => {
    const { personId, subject } = await aTrainedPerson(3);
    const [gone] = await examplesOf(subject);
    await removeBehindOurBack([gone!.imageId]);
    const { status, body } = await repair();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      success: true,
      message: 'Began 1 training, removed 0 examples',
      done: { jobs: { total: 1, shown: [{ person_id: personId }] }, duplicates_removed: 0 },
    });
    await eventually(async () => {
      const { job } = (await t.api.get(`/training/jobs/${body.done.jobs.shown[0].id}`)).body;
      expect(job).toMatchObject({
        training_type: 'incremental',
        status: 'completed',
        faces_added: 1,
        reason: 'Repair: 1 example was missing in CompreFace',
      });
    });
    await untilConsistent();
    expect((await examplesOf(subject)).map(({ sha256 }) => sha256)).toContain(gone!.sha256);
  });

  it('a second copy of ours is named, and removed by the repair; what is not ours stays', async () => {
    const { subject, faceIds } = await aTrainedPerson(4);
    const [strange] = await t.api.addFaces(await t.api.aPerson(), 1, 60);
    const copy = await t.fake.addForeignExample(subject, await photoOf(faceIds[0]!));
    const foreignBytes = await photoOf(strange!);
    await t.api.delete(`/faces/${strange}`);
    const foreign = await t.fake.addForeignExample(subject, foreignBytes);
    const found = await report();
    expect(found.duplicates).toMatchObject({ total: 1, shown: [{ image_id: copy, subject }] });
    expect(found.foreign).toMatchObject({ total: 1, shown: [{ image_id: foreign, face_id: null }] });
    const { body } = await repair();
    expect(body).toMatchObject({
      done: { jobs: { total: 0 }, duplicates_removed: 1 },
      left_alone: { foreign: 1 },
    });
    const ids = (await examplesOf(subject)).map(({ imageId }) => imageId);
    expect(ids).toHaveLength(4);
    expect(ids).toContain(foreign);
    expect(ids).not.toContain(copy);
  });

  it('after CompreFace was restored from a backup, what is there under another id is kept and sent no second time', async () => {
    const { subject, faceIds } = await aTrainedPerson(1);
    const before = (await examplesOf(subject)).map(({ imageId }) => imageId);
    const restored: string[] = [];
    for (const id of faceIds) restored.push(await t.fake.addForeignExample(subject, await photoOf(id)));
    await removeBehindOurBack(before);
    const { addFace } = (await t.fake.requests()).counts;
    expect((await repair()).status).toBe(200);
    await untilConsistent();
    expect((await examplesOf(subject)).map(({ imageId }) => imageId).sort()).toEqual(restored.sort());
    expect((await t.fake.requests()).counts.addFace).toBe(addFace);
  });

  it('subjects of others are counted and never touched, nor is one that looks like ours and belongs to nobody', async () => {
    const { faceIds } = await aTrainedPerson(5);
    const photo = await photoOf(faceIds[0]!);
    await t.fake.addForeignExample('Somebody Else', photo);
    await t.fake.addForeignExample('another-one-abc234', photo);
    expect(await report()).toMatchObject({
      consistent: false,
      foreign_subjects: { subjects: 1, examples: 1 },
      orphaned_subjects: { total: 1, shown: [{ subject: 'another-one-abc234', examples: 1 }] },
    });
    const { body } = await repair();
    expect(body.left_alone).toMatchObject({ foreign_subjects: { subjects: 1, examples: 1 }, orphaned_subjects: 1 });
    const { subjects, examples } = await t.fake.store();
    expect(subjects).toEqual(expect.arrayContaining(['Somebody Else', 'another-one-abc234']));
    expect(examples).toHaveLength(5);
  });

  it('an example of ours that somebody moved to another subject comes back to its person', async () => {
    const one = await aTrainedPerson(6);
    await t.fake.addForeignExample('Target', await photoOf(one.faceIds[0]!));
    const answer = await fetch(`${t.fake.url}/api/v1/recognition/subjects/${one.subject}`, {
      method: 'PUT',
      headers: { 'x-api-key': t.fake.apiKey, 'content-type': 'application/json' },
      body: JSON.stringify({ subject: 'Target' }),
    });
    expect(answer.status).toBe(200);
    expect((await report()).missing.total).toBe(3);
    await repair();
    await eventually(async () => {
      expect(await examplesOf(one.subject)).toHaveLength(3);
    });
    expect(await examplesOf('Target')).toHaveLength(1);
  });

  it('what arrives for a deleted person after all is removed by a repair, with its subject', async () => {
    const { personId, subject, faceIds } = await aTrainedPerson(7);
    const photo = await photoOf(faceIds[0]!);
    await t.api.delete(`/persons/${personId}`);
    await eventually(async () => {
      expect((await t.fake.store()).subjects).not.toContain(subject);
    });
    await t.fake.addForeignExample(subject, photo);
    expect((await report()).orphaned_subjects).toMatchObject({ total: 1, shown: [{ subject, examples: 1 }] });
    expect((await repair()).body.done).toMatchObject({ duplicates_removed: 1, subjects_removed: 1 });
    expect(await t.fake.store()).toMatchObject({ subjects: [], examples: [], wipes: [] });
  });

  it('a person with an active job is left to it', async () => {
    const { personId, subject } = await aTrainedPerson(8);
    const [gone] = await examplesOf(subject);
    await removeBehindOurBack([gone!.imageId]);
    await t.api.post(`/persons/${personId}/queue-training`, { trainingType: 'incremental' });
    const { body } = await repair();
    expect(body.done.jobs.total).toBe(0);
    expect(body.left_alone.persons).toEqual({ total: 1, shown: [{ person_id: personId, reason: 'in_training' }] });
  });

  it('a collection in which nothing of ours is left is not filled again until somebody says so', async () => {
    const one = await aTrainedPerson(9, 10);
    const two = await aTrainedPerson(10, 10);
    await removeBehindOurBack((await t.fake.store()).examples.map(({ imageId }) => imageId));
    expect(await report()).toMatchObject({ collection_was_reset: true, missing: { total: 20 } });
    await t.fake.clearRequests();
    const refused = await repair();
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'INVALID_STATE', details: { examples: 20, persons: 2 } },
    });
    expect(refused.body.details.remedy).toContain('"collection_was_reset"');
    expect((await t.fake.requests()).counts.addFace).toBe(0);
    expect(await repair({ confirm: 'yes' })).toMatchObject({ status: 400, body: { code: 'VALIDATION_ERROR' } });
    expect((await repair({ confirm: 'collection_was_reset' })).body.done.jobs.total).toBe(2);
    await eventually(async () => {
      expect(await examplesOf(one.subject)).toHaveLength(10);
      expect(await examplesOf(two.subject)).toHaveLength(10);
    });
    await untilConsistent();
  });

  it('while CompreFace is away both answer 502', async () => {
    await aTrainedPerson(11);
    await t.fake.script(faults.badGateway);
    for (const answer of [await t.api.get('/compreface/consistency'), await repair()]) {
      expect(answer).toMatchObject({ status: 502, body: { code: 'EXTERNAL_SERVICE_ERROR' } });
    }
  });

  it('shows at most 200 of a kind, and how many there are', async () => {
    const { subject } = await aTrainedPerson(12);
    const [strange] = await t.api.addFaces(await t.api.aPerson(), 1, 70);
    const photo = await photoOf(strange!);
    await t.api.delete(`/faces/${strange}`);
    for (let i = 0; i < 201; i += 1) await t.fake.addForeignExample(subject, photo);
    const { foreign } = await report();
    expect(foreign.total).toBe(201);
    expect(foreign.shown).toHaveLength(200);
  });
});
