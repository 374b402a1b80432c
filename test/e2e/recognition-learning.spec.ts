import type { ApiAnswer } from '../support/api-client.js';
import { databases } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import type { FacePhotoOptions } from '../support/face-photos.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';
import { aTrainedPerson, sendPhoto, train } from '../support/recognition-setup.js';

describe.each(databases)('learning from faces that nobody has confirmed, on $name', (database) => {
  let t: TestApp;

  beforeAll(async () => {
    t = await newTestApp({ database });
    expect(await t.api.put('/recognition/settings', { learnAutomatically: true })).toMatchObject({ status: 200 });
  });
  afterAll(() => t.close());

  /** A photo of somebody who looks a little like the next person, too: another face of the same person. */
  const another = (look: number): FacePhotoOptions => ({ person: look + 0.45 });
  const send = async (options: FacePhotoOptions): Promise<ApiAnswer['body']> =>
    (await sendPhoto(t.api, options)).body.faces[0];
  const eligible = async (personId: number): Promise<number> =>
    (await t.api.get(`/persons/${personId}`)).body.person.training_face_count as number;

  it('a sure and different face counts for the next training', async () => {
    const anna = await aTrainedPerson(t.api, 10, 'Anna', 4);
    expect(await send(another(10))).toMatchObject({ person_id: anna, assignment_method: 'automatic', eligible: true });
    expect(await eligible(anna)).toBe(5);
    const { examples } = await t.fake.store();
    await train(t.api, anna);
    expect((await t.fake.store()).examples).toHaveLength(examples.length + 1);
  });

  it('no more than the configured share of a person’s faces is learned', async () => {
    const ben = await aTrainedPerson(t.api, 20, 'Ben', 3);
    expect(await send(another(20))).toMatchObject({ person_id: ben, excluded_because: 'not_confirmed' });
    await t.api.put('/recognition/settings', { learnMaxShare: 25 });
    expect(await send({ ...another(20), variant: 51 })).toMatchObject({ person_id: ben, eligible: true });
    await t.api.put('/recognition/settings', { learnMaxShare: 20 });
    expect(await eligible(ben)).toBe(4);
  });

  it('a face that is nearly one of those that are there teaches nothing', async () => {
    const cleo = await aTrainedPerson(t.api, 30, 'Cleo', 9);
    expect(await send({ person: 30, variant: 0, width: 360, height: 360 })).toMatchObject({
      person_id: cleo,
      excluded_because: 'not_confirmed',
    });
    expect(await send(another(30))).toMatchObject({ person_id: cleo, eligible: true });
  });

  it('a face below the threshold of learning is assigned and not learned', async () => {
    const dora = await aTrainedPerson(t.api, 40, 'Dora', 9);
    await t.api.put('/recognition/settings', { learnThreshold: 1 });
    expect(await send({ person: 40.45 })).toMatchObject({ person_id: dora, excluded_because: 'not_confirmed' });
    await t.api.put('/recognition/settings', { learnThreshold: 0.98 });
    expect(await send({ person: 40.45, variant: 51 })).toMatchObject({ person_id: dora, eligible: true });
  });

  it('switched off, nothing is learned', async () => {
    const eva = await aTrainedPerson(t.api, 50, 'Eva', 9);
    await t.api.put('/recognition/settings', { learnAutomatically: false });
    expect(await send(another(50))).toMatchObject({ person_id: eva, excluded_because: 'not_confirmed' });
    await t.api.put('/recognition/settings', { learnAutomatically: true });
    expect(await send({ ...another(50), variant: 51 })).toMatchObject({ person_id: eva, eligible: true });
  });

  it('what was learned leaves the collection when its batch is taken back', async () => {
    const fay = await aTrainedPerson(t.api, 60, 'Fay', 4);
    const face = await send(another(60));
    expect(face).toMatchObject({ eligible: true });
    await train(t.api, fay);
    const { examples } = await t.fake.store();
    const [batch] = (await t.api.get('/recognition/batches')).body.batches;
    expect(await t.api.post(`/recognition/batches/${batch.id as number}/undo`)).toMatchObject({
      status: 200,
      body: { faces_taken_back: 1, withdrawal: 'pending' },
    });
    expect(await eligible(fay)).toBe(4);
    await eventually(async () => {
      expect((await t.fake.store()).examples).toHaveLength(examples.length - 1);
    });
  });
});
