import { createHash } from 'node:crypto';
import { databases } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';
import { keptImages, loseImage } from '../support/stored-files.js';
import { minutes } from '../support/test-clock.js';

describe.each(databases)('faces that change hands, on $name,', (database) => {
  let t: TestApp;
  let look = 0;
  beforeAll(async () => {
    t = await newTestApp({ database });
  });
  beforeEach(() => {
    look += 1;
  });
  afterAll(() => t.close());

  const face = async (id: number): Promise<Record<string, unknown>> =>
    (await t.api.get(`/faces/${id}`)).body.face as Record<string, unknown>;
  const train = async (...ids: number[]): Promise<void> => {
    for (const id of ids) await t.api.post(`/persons/${id}/queue-training`, { config: { minFacesThreshold: 1 } });
    await t.api.post('/training/process-queue');
  };
  /** The hashes of a person's examples in the collection. */
  const examplesOf = async (id: number): Promise<string[]> => {
    const { compreface_subject: subject } = (await t.api.get(`/persons/${id}`)).body.person as {
      compreface_subject: string;
    };
    return (await t.fake.store()).examples
      .filter((example) => example.subject === subject)
      .map(({ sha256 }) => sha256 ?? '');
  };
  const hashOf = async (faceId: number): Promise<string> => {
    const image = await fetch(`${t.api.baseUrl}/api/faces/${faceId}/image`);
    return createHash('sha256')
      .update(Buffer.from(await image.arrayBuffer()))
      .digest('hex');
  };
  /** What is withdrawn leaves by itself. */
  const untilExamplesAre = (id: number, faceIds: number[]): Promise<void> =>
    eventually(async () => {
      t.clock.advance(minutes(1));
      expect((await examplesOf(id)).sort()).toEqual((await Promise.all(faceIds.map(hashOf))).sort());
    }, 15_000);
  const aTrainedPerson = async (count: number): Promise<{ personId: number; faceIds: number[] }> => {
    const made = await t.api.aPersonWithFaces(count, look);
    await train(made.personId);
    expect(await examplesOf(made.personId)).toHaveLength(count);
    return made;
  };

  it('are taken from a person: the example leaves at once, and the face stays', async () => {
    const { personId, faceIds } = await aTrainedPerson(3);
    const answer = await t.api.delete(`/faces/${faceIds[0]!}/person`);
    expect(answer).toMatchObject({
      status: 200,
      body: { success: true, message: 'Face unassigned', withdrawal: 'pending' },
    });
    expect(await face(faceIds[0]!)).toMatchObject({
      person_id: null,
      assignment_method: null,
      eligible: false,
      state: 'ready',
    });
    await untilExamplesAre(personId, faceIds.slice(1));
    expect(await t.api.delete(`/faces/${faceIds[0]!}/person`)).toMatchObject({
      status: 200,
      body: { withdrawal: 'done' },
    });
  });

  it('are given to a person by hand, and the collection follows at the next training', async () => {
    const { personId, faceIds } = await aTrainedPerson(2);
    await t.api.delete(`/faces/${faceIds[1]!}/person`);
    await untilExamplesAre(personId, faceIds.slice(0, 1));
    const answer = await t.api.post('/faces/assign', { faceId: faceIds[1], personId });
    expect(answer).toMatchObject({
      status: 200,
      body: { success: true, person: { id: personId, face_count: 2, training_face_count: 2 } },
    });
    expect(await face(faceIds[1]!)).toMatchObject({ person_id: personId, assignment_method: 'manual', eligible: true });
    expect(await examplesOf(personId)).toHaveLength(1);
    await train(personId);
    await untilExamplesAre(personId, faceIds);
  });

  it('are not taken from a person by giving them to another: that is to reassign', async () => {
    const { faceIds, personId } = await t.api.aPersonWithFaces(1, look);
    const other = await t.api.aPerson();
    expect(await t.api.post('/faces/assign', { faceId: faceIds[0], personId: other })).toMatchObject({
      status: 409,
      body: { code: 'INVALID_STATE', details: { face_id: faceIds[0]!, person_id: personId } },
    });
    expect(await t.api.post('/faces/assign', { faceId: faceIds[0], personId })).toMatchObject({ status: 200 });
  });

  it('are reassigned: the example leaves the former person at once, and comes to the other with the next training', async () => {
    const { personId, faceIds } = await aTrainedPerson(3);
    const other = await t.api.aPerson();
    const answer = await t.api.put(`/faces/${faceIds[0]!}/reassign`, { personId: other });
    expect(answer).toMatchObject({ status: 200, body: { success: true, person: { id: other, face_count: 1 } } });
    await untilExamplesAre(personId, faceIds.slice(1));
    await train(other);
    await untilExamplesAre(other, faceIds.slice(0, 1));
    expect((await t.api.get(`/persons/${personId}`)).body.person).toMatchObject({ face_count: 2, example_count: 2 });
  });

  it('cannot be given to a person who has the very same face', async () => {
    const { faceIds } = await t.api.aPersonWithFaces(1, look);
    const twin = await t.api.aPersonWithFaces(1, look);
    for (const change of [
      () => t.api.put(`/faces/${faceIds[0]!}/reassign`, { personId: twin.personId }),
      async () => {
        await t.api.delete(`/faces/${faceIds[0]!}/person`);
        return t.api.post('/faces/assign', { faceId: faceIds[0], personId: twin.personId });
      },
    ]) {
      expect(await change()).toMatchObject({
        status: 409,
        body: { code: 'ALREADY_EXISTS', details: { face_id: faceIds[0]! } },
      });
    }
    expect((await t.api.get(`/persons/${twin.personId}`)).body.person).toMatchObject({ face_count: 1 });
  });

  it('are given to a person many at once, and one that cannot be given does not stop the others', async () => {
    const from = await t.api.aPersonWithFaces(3, look);
    const taken = await t.api.aPersonWithFaces(1, look + 1);
    for (const id of from.faceIds) await t.api.delete(`/faces/${id}/person`);
    const to = await t.api.aPerson();
    const faceIds = [...from.faceIds, taken.faceIds[0]!, 2_147_483_647];
    const answer = await t.api.post('/faces/batch-assign', { faceIds, personId: to });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        success: true,
        message: '3 of 5 faces assigned',
        successCount: 3,
        errorCount: 2,
        person: { id: to, face_count: 3 },
      },
    });
    expect(await face(taken.faceIds[0]!)).toMatchObject({ person_id: taken.personId });
  });

  it('are marked invalid: they stay with the person, and their example leaves at once and does not come back', async () => {
    const { personId, faceIds } = await aTrainedPerson(3);
    const answer = await t.api.post(`/faces/${faceIds[0]!}/mark-invalid`);
    expect(answer).toMatchObject({ status: 200, body: { message: 'Face marked invalid', withdrawal: 'pending' } });
    expect(await face(faceIds[0]!)).toMatchObject({
      person_id: personId,
      eligible: false,
      excluded_because: 'marked_invalid',
    });
    await untilExamplesAre(personId, faceIds.slice(1));
    await train(personId);
    await untilExamplesAre(personId, faceIds.slice(1));
    expect((await t.api.get(`/persons/${personId}`)).body.person).toMatchObject({
      face_count: 3,
      training_face_count: 2,
    });
    expect(await t.api.post(`/faces/${faceIds[0]!}/mark-invalid`)).toMatchObject({
      status: 200,
      body: { withdrawal: 'done' },
    });
  });

  it('are deleted with their files, and their example leaves at once', async () => {
    const { personId, faceIds } = await aTrainedPerson(2);
    const before = keptImages(t.place.dataDir).size;
    const gone = await hashOf(faceIds[0]!);
    const answer = await t.api.delete(`/faces/${faceIds[0]!}`);
    expect(answer).toMatchObject({ status: 200, body: { message: 'Face deleted', withdrawal: 'pending' } });
    expect(await t.api.get(`/faces/${faceIds[0]!}`)).toMatchObject({ status: 404 });
    expect(await t.api.get(`/faces/${faceIds[0]!}/image`)).toMatchObject({ status: 404 });
    expect(keptImages(t.place.dataDir).size).toBe(before - 2);
    await untilExamplesAre(personId, faceIds.slice(1));
    expect((await t.fake.store()).examples.map(({ sha256 }) => sha256)).not.toContain(gone);
  });

  it('of two persons with the same photo share its files until the last of them is deleted', async () => {
    const before = keptImages(t.place.dataDir).size;
    const one = await t.api.aPersonWithFaces(1, look);
    const two = await t.api.aPersonWithFaces(1, look);
    expect(keptImages(t.place.dataDir).size).toBe(before + 2);
    await t.api.delete(`/faces/${one.faceIds[0]!}`);
    expect((await fetch(`${t.api.baseUrl}/api/faces/${two.faceIds[0]!}/image`)).status).toBe(200);
    await t.api.delete(`/faces/${two.faceIds[0]!}`);
    expect(keptImages(t.place.dataDir).size).toBe(before);
  });

  it('are deleted once, whoever asks at the same moment', async () => {
    const { faceIds } = await t.api.aPersonWithFaces(1, look);
    const answers = await Promise.all(Array.from({ length: 8 }, () => t.api.delete(`/faces/${faceIds[0]!}`)));
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, ...Array<number>(7).fill(404)]);
  });

  it('belong to one person, whoever takes them at the same moment', async () => {
    const { faceIds } = await t.api.aPersonWithFaces(1, look);
    await t.api.delete(`/faces/${faceIds[0]!}/person`);
    const persons = await Promise.all(Array.from({ length: 6 }, () => t.api.aPerson()));
    const answers = await Promise.all(
      persons.map((personId) => t.api.post('/faces/assign', { faceId: faceIds[0], personId })),
    );
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, ...Array<number>(5).fill(409)]);
    const owner = persons[answers.findIndex(({ status }) => status === 200)];
    expect(await face(faceIds[0]!)).toMatchObject({ person_id: owner });
  });

  it('are listed by their ids, a page at a time, with how many there are', async () => {
    const { personId, faceIds } = await t.api.aPersonWithFaces(4, look);
    faceIds.sort((a, b) => a - b);
    const { body } = await t.api.get(`/persons/${personId}/faces?limit=3`);
    expect((body.faces as { id: number }[]).map(({ id }) => id)).toEqual(faceIds.slice(0, 3));
    expect(body.total).toBe(4);
    const rest = await t.api.get(`/persons/${personId}/faces?limit=3&page=2`);
    expect(rest.body).toMatchObject({ faces: [{ id: faceIds[3] }], total: 4 });
  });

  it('whose image is missing on the disk are a fault of the installation: 503, with what to look at', async () => {
    const { faceIds } = await t.api.aPersonWithFaces(1, look);
    const path = `/faces/${faceIds[0]!}/image`;
    const bringBack = await loseImage(t, path);
    expect(await t.api.get(path)).toMatchObject({
      status: 503,
      body: { code: 'SERVICE_UNAVAILABLE', error: expect.stringContaining('DATA_DIR') },
    });
    bringBack();
    expect(await t.api.get(path)).toMatchObject({ status: 200 });
  });
});
