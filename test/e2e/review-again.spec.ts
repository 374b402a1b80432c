import { databases } from '../support/databases.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';
import { aTrainedPerson, freshBytes, sendFile, sendPhoto, train } from '../support/recognition-setup.js';

interface Story {
  readonly face: { readonly candidates: readonly { readonly person_id: number }[] };
}

/** Half way between two persons, the fake says how similar: between these two thresholds it asks, above them it assigns. */
const ASK = { reviewThreshold: 0.85, autoAssignThreshold: 1, learnThreshold: 1, margin: 0 };
const ASSIGN = { reviewThreshold: 0.85, autoAssignThreshold: 0.95, learnThreshold: 1, margin: 0 };

describe.each(databases)('what somebody said of a face holds when it is looked at again, on $name:', (database) => {
  let t: TestApp;
  // Blue to red: yellow faces are taken for overexposed ones.
  let look = 51;
  let jane = 0;
  beforeAll(async () => {
    t = await newTestApp({ database });
  });
  beforeEach(async () => {
    look += 3;
    jane = await aTrainedPerson(t.api, look);
  });
  afterAll(() => t.close());

  const aFace = async (settings: object): Promise<{ id: number; person_id: number | null }> => {
    await t.api.put('/recognition/settings', settings);
    const { status, body } = await sendPhoto(t.api, { person: look });
    expect(status).toBe(201);
    return body.faces[0] as { id: number; person_id: number | null };
  };
  const lookAgain = async (id: number): Promise<Story> => {
    expect((await t.api.post('/faces/auto-recognize?limit=200')).status).toBe(200);
    return (await t.api.get(`/faces/${id}`)).body as Story;
  };

  it.each([
    ['a suggestion that was rejected', ASK, (id: number) => t.api.post(`/faces/${id}/review`, { approved: false })],
    ['an assignment that was rejected', ASSIGN, (id: number) => t.api.post(`/faces/${id}/review`, { approved: false })],
    ['an assignment that was taken away', ASSIGN, (id: number) => t.api.delete(`/faces/${id}/person`)],
  ])('%s is never made again', async (_case, settings, reject) => {
    const { id } = await aFace(settings);
    const before = (await t.api.get(`/faces/${id}`)).body;
    expect(before.decision).toMatchObject({ person: { person_id: jane } });
    expect((await reject(id)).status).toBe(200);
    const after = await lookAgain(id);
    expect(after).toMatchObject({
      face: { person_id: null, review: 'unidentified', suggested_person: null },
      decision: { outcome: 'unidentified', reason: 'not_this_person' },
      not_these: [{ person_id: jane }],
    });
    expect(after.face.candidates.map(({ person_id }) => person_id)).not.toContain(jane);
  });

  it('a stranger is not looked at again', async () => {
    const { id } = await aFace(ASK);
    await t.api.post(`/faces/${id}/mark-unknown`);
    const { decisions } = (await t.api.get(`/faces/${id}`)).body;
    expect(await lookAgain(id)).toMatchObject({ face: { review: 'unknown' }, decisions });
  });

  it('who was rejected and then named after all is the person, and is trained', async () => {
    const { id } = await aFace(ASK);
    await t.api.post(`/faces/${id}/review`, { approved: false });
    await t.api.post('/faces/assign', { faceId: id, personId: jane });
    expect((await t.api.get(`/faces/${id}`)).body).toMatchObject({
      face: { person_id: jane, eligible: true },
      decision: { verdict: 'confirmed' },
      not_these: [],
    });
  });

  it('a confirmed face is trained with its person: the collection holds it', async () => {
    const { id, person_id: personId } = await aFace(ASSIGN);
    expect(personId).toBe(jane);
    const examples = async (): Promise<unknown> =>
      (await t.api.get(`/persons/${jane}`)).body.person.example_count as number;
    await train(t.api, jane);
    expect(await examples()).toBe(3);
    await t.api.post(`/faces/${id}/review`, { approved: true, personId: jane });
    await train(t.api, jane);
    expect(await examples()).toBe(4);
  });

  it('who sends the photo as one of the person has confirmed it', async () => {
    await t.api.put('/recognition/settings', ASSIGN);
    const bytes = await freshBytes({ person: look, variant: 50 });
    const [face] = (await sendFile(t.api, bytes)).body.faces as { id: number; person_id: number }[];
    expect(face).toMatchObject({ person_id: jane, excluded_because: 'not_confirmed' });
    expect(await t.api.upload(`/persons/${jane}/faces`, [{ name: 'a.jpg', bytes }])).toMatchObject({
      body: { files: [{ code: 'DUPLICATE', face_id: face!.id }] },
    });
    expect((await t.api.get(`/faces/${face!.id}`)).body).toMatchObject({
      face: { eligible: true, assignment_method: 'confirmed' },
      decision: { verdict: 'confirmed' },
    });
  });
});
