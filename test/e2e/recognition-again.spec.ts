import { FaceEngine } from '../../src/compreface/face-engine.js';
import { RecognitionLoop } from '../../src/recognition/again/recognition-loop.js';
import type { ApiAnswer } from '../support/api-client.js';
import { databases } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import type { FacePhotoOptions } from '../support/face-photos.js';
import { faults } from '../support/fake-compreface/faults.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';
import { aTrainedPerson, sendPhoto, train } from '../support/recognition-setup.js';

/** The loop of the application looks only when a test tells it to. */
const BY_HAND = { environment: { TRAINING_REAP_MS: '600000' } };

describe.each(databases)('looking again at faces that nobody has a name for, on $name', (database) => {
  let t: TestApp;

  beforeAll(async () => {
    t = await newTestApp({ database, ...BY_HAND });
  });
  beforeEach(async () => {
    for (const { id } of (await t.api.get('/persons?limit=200')).body.persons as { id: number }[])
      await t.api.delete(`/persons/${id}`);
    for (const { id } of (await t.api.get('/photos?limit=200')).body.photos as { id: number }[])
      await t.api.delete(`/photos/${id}`);
  });
  afterEach(async () => {
    await t.fake.clearScript();
    // Ends what is left of an outage, as whoever is about to work does.
    await t.app.get(FaceEngine).probe();
  });
  afterAll(() => t.close());

  const send = async (options: FacePhotoOptions): Promise<ApiAnswer['body']> => (await sendPhoto(t.api, options)).body;
  const face = async (photoId: number): Promise<ApiAnswer['body']> =>
    (await t.api.get(`/photos/${photoId}`)).body.faces[0];
  const loop = (): Promise<number> => t.app.get(RecognitionLoop).runOnce();
  /** Rounds of the loop until there is nothing to do. */
  const settle = async (): Promise<void> => {
    while ((await loop()) > 0);
  };

  it('auto-recognize assigns what is clear, and asks about the rest', async () => {
    const clear = await send({ person: 10 });
    const doubtful = await send({ person: 20.5 });
    const stranger = await send({ person: 30 });
    const anna = await aTrainedPerson(t.api, 10, 'Anna');
    const ben = await aTrainedPerson(t.api, 20, 'Ben');
    await aTrainedPerson(t.api, 21, 'Ben’s twin');
    const { status, body } = await t.api.post('/faces/auto-recognize');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      recognized: 1,
      processed: 3,
      needsConfirmation: 1,
      trainedPeople: 3,
      results: [{ face_id: clear.faces[0].id, photo_id: clear.photo.id, person_id: anna, person_name: 'Anna' }],
      confirmationNeeded: [{ face_id: doubtful.faces[0].id }],
      message: 'Recognized 1 of 3 faces, 1 need confirmation',
    });
    expect(await face(doubtful.photo.id as number)).toMatchObject({ review: 'needs_review', person_id: null });
    expect([ben, ben + 1]).toContain((await face(doubtful.photo.id as number)).decision.person_id);
    expect(await face(stranger.photo.id as number)).toMatchObject({ review: 'unidentified' });
  });

  it('auto-recognize looks at no more faces than asked for, those that waited longest first', async () => {
    const photos = [await send({ person: 10 }), await send({ person: 11 }), await send({ person: 12 })];
    await aTrainedPerson(t.api, 50);
    expect((await t.api.post('/faces/auto-recognize?limit=2')).body).toMatchObject({ processed: 2 });
    const times = await Promise.all(
      photos.map(async ({ photo }) => (await face(photo.id as number)).decision.reason as string),
    );
    expect(times).toEqual(['below_review_threshold', 'below_review_threshold', 'no_candidates']);
  });

  it('minConfidence makes assignments rarer, never more frequent', async () => {
    const { photo } = await send({ person: 10.5 });
    await aTrainedPerson(t.api, 10);
    expect((await t.api.post('/faces/auto-recognize?minConfidence=1')).body).toMatchObject({
      recognized: 0,
      needsConfirmation: 1,
    });
    expect((await t.api.post('/faces/auto-recognize?minConfidence=0')).body).toMatchObject({ recognized: 1 });
    expect(await face(photo.id as number)).toMatchObject({ assignment_method: 'automatic' });
    expect(await t.api.post('/faces/auto-recognize?minConfidence=1.5')).toMatchObject({ status: 400 });
  });

  it('auto-recognize leaves strangers and faces that were marked invalid alone', async () => {
    const [stranger, invalid] = [await send({ person: 10 }), await send({ person: 10, variant: 61 })];
    await t.api.post(`/faces/${stranger.faces[0].id as number}/mark-unknown`);
    await t.api.post(`/faces/${invalid.faces[0].id as number}/mark-invalid`);
    await aTrainedPerson(t.api, 10);
    expect((await t.api.post('/faces/auto-recognize')).body).toMatchObject({ processed: 0, recognized: 0 });
  });

  it('while nobody is trained there is nobody to recognise', async () => {
    await send({ person: 10 });
    const { status, body } = await t.api.post('/faces/auto-recognize');
    expect({ status, body }).toMatchObject({ status: 422, body: { code: 'INSUFFICIENT_DATA' } });
  });

  it('auto-recognize while CompreFace is away is 502, and changes nothing', async () => {
    const { photo } = await send({ person: 10 });
    await aTrainedPerson(t.api, 10);
    await t.fake.script({ route: 'recognize', ...faults.coreRefused });
    const { status, body } = await t.api.post('/faces/auto-recognize');
    expect({ status, body }).toMatchObject({ status: 502, body: { code: 'EXTERNAL_SERVICE_ERROR' } });
    expect(await face(photo.id as number)).toMatchObject({
      review: 'unidentified',
      decision: { reason: 'no_candidates' },
    });
  });

  it('after a training the waiting faces are looked at again, once', async () => {
    const { photo } = await send({ person: 10 });
    await settle();
    expect(await face(photo.id as number)).toMatchObject({ review: 'unidentified' });
    const anna = await aTrainedPerson(t.api, 10);
    await settle();
    expect(await face(photo.id as number)).toMatchObject({ person_id: anna, assignment_method: 'automatic' });
    const stranger = await send({ person: 60 });
    await train(t.api, anna);
    expect(await loop()).toBe(1);
    expect(await loop()).toBe(0);
    expect(await face(stranger.photo.id as number)).toMatchObject({ review: 'unidentified' });
  });

  it('two processes that look again at once do not look at a face twice', async () => {
    for (const person of [10, 11, 12, 13]) await send({ person });
    await aTrainedPerson(t.api, 50);
    await t.fake.clearRequests();
    const looked = await Promise.all([loop(), loop(), loop()]);
    expect(looked.reduce((sum, count) => sum + count, 0)).toBe(4);
    expect(await loop()).toBe(0);
  });

  it('while CompreFace is away they wait, and are looked at when it is back', async () => {
    const { photo } = await send({ person: 10 });
    const anna = await aTrainedPerson(t.api, 10);
    await t.fake.script({ route: 'recognize', ...faults.coreRefused });
    await expect(loop()).rejects.toThrow();
    await t.fake.clearScript();
    await eventually(async () => {
      await settle();
      expect(await face(photo.id as number)).toMatchObject({ person_id: anna });
    });
  });

  it('faces of one photo that are looked at again share no person', async () => {
    const { photo } = await send({ person: 10, faces: [10.3, 10], width: 700, height: 700 });
    const anna = await aTrainedPerson(t.api, 10);
    await settle();
    const faces = (await t.api.get(`/photos/${photo.id as number}`)).body.faces as { person_id: number | null }[];
    expect(faces.filter(({ person_id }) => person_id === anna)).toHaveLength(1);
    expect(faces.find(({ person_id }) => person_id === null)).toMatchObject({
      decision: { reason: 'person_in_photo' },
    });
  });

  it('a batch is taken back in one call: its faces wait for review, except those that somebody confirmed', async () => {
    const photos = [await send({ person: 10 }), await send({ person: 10, variant: 61 })];
    const anna = await aTrainedPerson(t.api, 10);
    await t.api.post('/faces/auto-recognize');
    const confirmed = photos[0].faces[0].id as number;
    expect(await t.api.post(`/faces/${confirmed}/review`, { approved: true })).toMatchObject({ status: 200 });

    const listed = await t.api.get('/recognition/batches');
    expect(listed.body.batches[0]).toMatchObject({ kind: 'auto_recognize', assigned: 2, undone_at: null });
    const undo = `/recognition/batches/${listed.body.batches[0].id as number}/undo`;
    expect(await t.api.post(undo)).toMatchObject({
      status: 200,
      body: { faces_taken_back: 1, batch: { undone_at: expect.any(String) } },
    });
    expect(await face(photos[0].photo.id as number)).toMatchObject({ person_id: anna });
    expect(await face(photos[1].photo.id as number)).toMatchObject({
      person_id: null,
      review: 'needs_review',
      decision: { outcome: 'suggested', reason: 'taken_back', person_id: anna },
    });
    expect(await t.api.post(undo)).toMatchObject({ status: 409, body: { code: 'INVALID_STATE' } });
    expect(await t.api.post('/recognition/batches/999999/undo')).toMatchObject({ status: 404 });
  });

  it('what was taken back is not assigned again by the next training', async () => {
    const anna = await aTrainedPerson(t.api, 10);
    const { photo } = await send({ person: 10, variant: 60 });
    const [batch] = (await t.api.get('/recognition/batches')).body.batches;
    await t.api.post(`/recognition/batches/${batch.id as number}/undo`);
    await train(t.api, anna);
    await settle();
    expect(await face(photo.id as number)).toMatchObject({ person_id: null, review: 'needs_review' });
  });
});

describe.each(databases)('photos that come while CompreFace is away, on $name', (database) => {
  let t: TestApp;

  beforeAll(async () => {
    t = await newTestApp({ database });
  });
  afterEach(() => t.fake.clearScript());
  afterAll(() => t.close());

  it('are kept, 202, and looked at by themselves later', async () => {
    const anna = await aTrainedPerson(t.api, 10);
    await t.fake.script({ route: 'recognize', ...faults.coreRefused });
    const { status, body } = await sendPhoto(t.api, { person: 10, variant: 5 });
    expect(status).toBe(202);
    expect(body).toMatchObject({ photo: { state: 'pending', face_count: 0 }, faces: [], duplicate: false });
    await t.fake.clearScript();
    await lookedAt(body.photo.id as number, 'examined');
    expect((await t.api.get(`/photos/${body.photo.id as number}`)).body.faces).toMatchObject([{ person_id: anna }]);
  });

  it('one on which CompreFace itself breaks is rejected in the end, and holds nothing up', async () => {
    const { status, body } = await sendPhoto(t.api, { person: 13, mark: 'crashes' });
    expect({ status, body }).toMatchObject({ status: 202, body: { photo: { state: 'pending' } } });
    await lookedAt(body.photo.id as number, 'rejected');
    expect(await sendPhoto(t.api, { person: 11 })).toMatchObject({ status: 201 });
  });

  it('one that is deleted meanwhile leaves nothing', async () => {
    await t.fake.script({ route: 'recognize', ...faults.coreRefused });
    const { body } = await sendPhoto(t.api, { person: 12 });
    expect(await t.api.delete(`/photos/${body.photo.id as number}`)).toMatchObject({
      status: 200,
      body: { faces_deleted: 0, withdrawal: 'done' },
    });
    expect(await t.api.get(`/photos/${body.photo.id as number}`)).toMatchObject({ status: 404 });
  });

  const lookedAt = (photoId: number, state: string): Promise<void> =>
    eventually(async () => {
      t.clock.advance(60_000);
      expect((await t.api.get(`/photos/${photoId}`)).body.photo).toMatchObject({ state });
    }, 15_000);
});
