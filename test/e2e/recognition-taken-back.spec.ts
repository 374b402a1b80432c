import { Database } from '../../src/database/database.js';
import { FaceDecision } from '../../src/persons/decisions/face-decision.entity.js';
import { Face } from '../../src/persons/entities/face.entity.js';
import { FaceLook } from '../../src/recognition/again/face-look.js';
import { RecognitionLoop } from '../../src/recognition/again/recognition-loop.js';
import { TakingBack } from '../../src/recognition/batches/taking-back.js';
import type { OpenBatch } from '../../src/recognition/decisions/photo-decisions.js';
import { RecognitionSettingsService } from '../../src/recognition/settings/recognition-settings.service.js';
import type { ApiAnswer } from '../support/api-client.js';
import { databases } from '../support/databases.js';
import type { FacePhotoOptions } from '../support/face-photos.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';
import { aTrainedPerson, sendPhoto, train } from '../support/recognition-setup.js';

/** The loop of the application looks only when a test tells it to. */
const BY_HAND = { environment: { TRAINING_REAP_MS: '600000' } };

describe.each(databases)('batches that are taken back, and what comes after, on $name', (database) => {
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
  afterEach(() => t.fake.clearScript());
  afterAll(() => t.close());

  const send = async (options: FacePhotoOptions): Promise<ApiAnswer['body']> => (await sendPhoto(t.api, options)).body;
  const face = async (photoId: number): Promise<ApiAnswer['body']> =>
    (await t.api.get(`/photos/${photoId}`)).body.faces[0];
  const loop = (): Promise<number> => t.app.get(RecognitionLoop).runOnce();
  /** Rounds of the loop until there is nothing to do. */
  const settle = async (): Promise<void> => {
    while ((await loop()) > 0);
  };

  it('what is assigned after its batch was taken back can be taken back as well', async () => {
    await send({ person: 10 });
    const later = await send({ person: 10, variant: 61 });
    await aTrainedPerson(t.api, 10);
    const newest = async (): Promise<ApiAnswer['body']> => (await t.api.get('/recognition/batches')).body.batches[0];
    const look = t.app.get(FaceLook);
    const lookAt = look.lookAt.bind(look);
    const undoing = jest.spyOn(look, 'lookAt').mockImplementationOnce(async (...args) => {
      const first = await lookAt(...args);
      expect(await t.api.post(`/recognition/batches/${(await newest()).id as number}/undo`)).toMatchObject({
        status: 200,
      });
      return first;
    });
    expect((await t.api.post('/faces/auto-recognize')).body).toMatchObject({ recognized: 2 });
    undoing.mockRestore();
    expect(await newest()).toMatchObject({ assigned: 1, undone_at: null });
    expect(await t.api.post(`/recognition/batches/${(await newest()).id as number}/undo`)).toMatchObject({
      status: 200,
      body: { faces_taken_back: 1 },
    });
    expect(await face(later.photo.id as number)).toMatchObject({ person_id: null, review: 'needs_review' });
  });

  it('what is assigned while its batch is being taken back is taken back with it', async () => {
    const photos = [await send({ person: 10 }), await send({ person: 10, variant: 61 })];
    await aTrainedPerson(t.api, 10);
    const look = t.app.get(FaceLook);
    const batch: OpenBatch = { kind: 'auto_recognize', id: null };
    const settings = await t.app.get(RecognitionSettingsService).get();
    const assign = async (index: number): Promise<unknown> => {
      const { id } = photos[index].faces[0] as { id: number };
      const stored = await t.app.get(Database).reader.findOneByOrFail(Face, { id });
      return look.lookAt([{ id, photo_id: stored.photoId, content_hash: stored.contentHash!, examine_tries: 0 }], {
        settings,
        batch,
      });
    };
    await assign(0);
    const takingBack = t.app.get(TakingBack);
    const takeBack = takingBack.takeBack.bind(takingBack);
    const filling = jest.spyOn(takingBack, 'takeBack').mockImplementationOnce(async (...args) => {
      await assign(1);
      return takeBack(...args);
    });
    const undone = await t.api.post(`/recognition/batches/${batch.id ?? 0}/undo`);
    filling.mockRestore();
    expect(undone).toMatchObject({ status: 200, body: { faces_taken_back: 2 } });
  });

  it('an undone assignment is judged by what is said of the face afterwards', async () => {
    const anna = await aTrainedPerson(t.api, 10);
    const ben = await t.api.aPerson();
    const { faces } = await send({ person: 10, variant: 60 });
    const id = faces[0].id as number;
    const [batch] = (await t.api.get('/recognition/batches')).body.batches;
    await t.api.post(`/recognition/batches/${batch.id as number}/undo`);
    await train(t.api, anna);
    await settle();
    await t.api.post('/faces/assign', { faceId: id, personId: ben });
    expect(await t.app.get(Database).reader.findOneBy(FaceDecision, { faceId: id, outcome: 'assigned' })).toMatchObject(
      { verdict: 'corrected', verdictPersonId: ben },
    );
  });

  it('an undone assignment that turned out wrong counts once in the figures', async () => {
    const anna = await aTrainedPerson(t.api, 10);
    const { faces } = await send({ person: 10, variant: 60 });
    const [batch] = (await t.api.get('/recognition/batches')).body.batches;
    await t.api.post(`/recognition/batches/${batch.id as number}/undo`);
    await t.api.post('/faces/assign', { faceId: faces[0].id as number, personId: await t.api.aPerson() });
    const { persons } = (await t.api.get('/stats/recognition')).body as { persons: { person_id: number }[] };
    expect(persons.find(({ person_id }) => person_id === anna)).toMatchObject({ judged: 1, assigned: 1, precision: 0 });
  });

  it('a face whose assignment was taken back keeps one decision more, however often it is looked at', async () => {
    const anna = await aTrainedPerson(t.api, 10);
    const { faces } = await send({ person: 10, variant: 60 });
    const [batch] = (await t.api.get('/recognition/batches')).body.batches;
    await t.api.post(`/recognition/batches/${batch.id as number}/undo`);
    for (let round = 0; round < 3; round += 1) {
      await train(t.api, anna);
      await settle();
    }
    const decisions = await t.app.get(Database).reader.findBy(FaceDecision, { faceId: faces[0].id as number });
    expect(decisions.map(({ reason }) => reason)).toEqual(['clear_match', 'taken_back', 'was_taken_back']);
  });
});
