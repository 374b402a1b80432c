import type { ApiAnswer } from '../support/api-client.js';
import { databases } from '../support/databases.js';
import { aFacePhoto, type FacePhotoOptions } from '../support/face-photos.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';
import { aTrainedPerson, sendPhoto, train } from '../support/recognition-setup.js';

const DEFAULTS = {
  reviewThreshold: 0.85,
  autoAssignThreshold: 0.95,
  margin: 0.05,
  learnAutomatically: false,
  learnThreshold: 0.98,
  learnMaxShare: 20,
};
/** Nobody is ever assigned, so that the same picture can be sent again and again. */
const ONLY_SUGGEST = { autoAssignThreshold: 1, learnThreshold: 1 };
/** The last digit that CompreFace gives. */
const A_LITTLE = 0.00001;

describe.each(databases)('the rules of recognition, on $name', (database) => {
  let t: TestApp;

  beforeAll(async () => {
    t = await newTestApp({ database });
  });
  afterEach(async () => {
    expect(await t.api.put('/recognition/settings', DEFAULTS)).toMatchObject({ status: 200 });
  });
  afterAll(() => t.close());

  const set = async (settings: Partial<typeof DEFAULTS>): Promise<void> => {
    expect(await t.api.put('/recognition/settings', settings)).toMatchObject({ status: 200, body: { settings } });
  };
  const send = async (options: FacePhotoOptions): Promise<ApiAnswer['body']> => (await sendPhoto(t.api, options)).body;
  const decide = async (options: FacePhotoOptions): Promise<ApiAnswer['body']> =>
    (await send(options)).faces[0].decision;

  it('a face is suggested from the review threshold on, inclusive', async () => {
    const anna = await aTrainedPerson(t.api, 10);
    const looksAlike = { person: 10.6 };
    await set(ONLY_SUGGEST);
    const similarity = (await decide(looksAlike)).similarity as number;
    expect(similarity).toBeGreaterThan(0.5);
    await set({ reviewThreshold: similarity });
    expect(await decide(looksAlike)).toMatchObject({ outcome: 'suggested', person_id: anna });
    await set({ reviewThreshold: similarity + A_LITTLE });
    expect(await decide(looksAlike)).toMatchObject({ outcome: 'unidentified', reason: 'below_review_threshold' });
  });

  it('a face is assigned from the auto-assign threshold on, inclusive', async () => {
    const bea = await aTrainedPerson(t.api, 15);
    const looksAlike = { person: 15.6 };
    await set(ONLY_SUGGEST);
    const similarity = (await decide(looksAlike)).similarity as number;
    await set({ reviewThreshold: 0, autoAssignThreshold: similarity + A_LITTLE });
    expect(await decide(looksAlike)).toMatchObject({ outcome: 'suggested', reason: 'below_auto_threshold' });
    await set({ autoAssignThreshold: similarity });
    expect(await decide(looksAlike)).toMatchObject({ outcome: 'assigned', person_id: bea });
  });

  it('a face is assigned only if the best person is ahead of the second best by the margin', async () => {
    const cleo = await aTrainedPerson(t.api, 20);
    await aTrainedPerson(t.api, 21);
    const looksLikeBoth = { person: 20.45 };
    const [face] = (await send(looksLikeBoth)).faces;
    expect(face.decision).toMatchObject({ outcome: 'suggested', reason: 'too_close_to_another', person_id: cleo });
    const margin = face.candidates[0].similarity - face.candidates[1].similarity;
    expect(margin).toBeGreaterThan(0);
    await set({ margin: margin + A_LITTLE });
    expect(await decide(looksLikeBoth)).toMatchObject({ outcome: 'suggested' });
    await set({ margin });
    expect(await decide(looksLikeBoth)).toMatchObject({ outcome: 'assigned', person_id: cleo });
  });

  it('several near examples of one person do not count as two persons', async () => {
    const dora = await aTrainedPerson(t.api, 25, 'Dora', 5);
    const [face] = (await send({ person: 25, variant: 70 })).faces;
    expect(face).toMatchObject({ person_id: dora });
    expect((face.candidates as { person_id: number }[]).filter(({ person_id }) => person_id === dora)).toHaveLength(1);
  });

  it('a face that is not this person is never suggested for them again', async () => {
    const eva = await aTrainedPerson(t.api, 30);
    await set(ONLY_SUGGEST);
    const [face] = (await send({ person: 30.5 })).faces;
    expect(face).toMatchObject({ review: 'needs_review', decision: { person_id: eva } });
    const rejected = await t.api.post(`/faces/${face.id as number}/review`, { approved: false });
    expect(rejected).toMatchObject({ status: 200 });
    await set({ autoAssignThreshold: face.decision.similarity });
    await t.api.post('/faces/auto-recognize?limit=200');
    const again = (await t.api.get(`/photos/${face.photo_id as number}`)).body.faces[0];
    expect(again).toMatchObject({
      person_id: null,
      review: 'unidentified',
      decision: { outcome: 'unidentified', reason: 'not_this_person', person_id: null },
    });
    expect((again.candidates as { person_id: number }[]).map(({ person_id }) => person_id)).not.toContain(eva);
  });

  it('a person is in a photo at most once: the nearest face gets them', async () => {
    const fay = await aTrainedPerson(t.api, 40);
    const { faces } = await send({ person: 40, faces: [40.4, 40], width: 700, height: 700 });
    expect(faces).toHaveLength(2);
    const [nearest, other] = [...(faces as { person_id: number | null }[])].sort(
      (a, b) => Number(b.person_id) - Number(a.person_id),
    );
    expect(nearest).toMatchObject({ person_id: fay, decision: { outcome: 'assigned' } });
    expect(other).toMatchObject({
      person_id: null,
      review: 'unidentified',
      decision: { reason: 'person_in_photo', person_id: null },
    });
    expect((other as unknown as { candidates: unknown[] }).candidates).not.toContainEqual(
      expect.objectContaining({ person_id: fay }),
    );
  });

  it('a person whom somebody put into a photo is not found in it again', async () => {
    const gina = await t.api.aPerson('Gina');
    const { photo, faces } = await send({ person: 45, faces: [45, 45.3], width: 700, height: 700 });
    await t.api.post('/faces/assign', { faceId: faces[0].id, personId: gina });
    await train(t.api, gina);
    await t.api.post('/faces/auto-recognize?limit=200');
    const again = (await t.api.get(`/photos/${photo.id as number}`)).body.faces as { id: number }[];
    expect(again.find(({ id }) => id === faces[0].id)).toMatchObject({ person_id: gina });
    expect(again.find(({ id }) => id === faces[1].id)).toMatchObject({
      person_id: null,
      decision: { reason: 'person_in_photo', person_id: null },
    });
  });

  it('a person with auto_recognize false is only suggested', async () => {
    const hana = await aTrainedPerson(t.api, 50);
    await t.api.put(`/persons/${hana}`, { auto_recognize: false });
    const { photo, faces } = await send({ person: 50, variant: 72 });
    expect(faces).toMatchObject([
      { person_id: null, review: 'needs_review', decision: { reason: 'person_asks_first', person_id: hana } },
    ]);
    await t.api.put(`/persons/${hana}`, { auto_recognize: true });
    await t.api.post('/faces/auto-recognize?limit=200');
    expect((await t.api.get(`/photos/${photo.id as number}`)).body.faces).toMatchObject([{ person_id: hana }]);
  });

  it('subjects of others in the collection are nobody', async () => {
    const foreign = await aFacePhoto({ person: 55 });
    await t.fake.addForeignExample('stranger', foreign.toString('base64'));
    const [face] = (await send({ person: 55, variant: 73 })).faces;
    expect(face).toMatchObject({ person_id: null, review: 'unidentified', decision: { outcome: 'unidentified' } });
  });

  it('a person who is deleted is not suggested, and a face of theirs can be recognised anew', async () => {
    const ida = await aTrainedPerson(t.api, 60);
    const { photo } = await send({ person: 60, variant: 74 });
    await t.api.delete(`/persons/${ida}`);
    const [face] = (await t.api.get(`/photos/${photo.id as number}`)).body.faces;
    expect(face).toMatchObject({ person_id: null });
    expect((face.candidates as { person_id: number }[]).map(({ person_id }) => person_id)).not.toContain(ida);
  });
});

describe.each(databases)('the settings of recognition, on $name', (database) => {
  let t: TestApp;

  beforeAll(async () => {
    t = await newTestApp({ database });
  });
  afterAll(() => t.close());

  it('begin with the documented defaults, and what is left out of a change stays', async () => {
    expect((await t.api.get('/recognition/settings')).body).toEqual({ success: true, settings: DEFAULTS });
    const { body } = await t.api.put('/recognition/settings', { margin: 0.1, learnAutomatically: true });
    expect(body.settings).toEqual({ ...DEFAULTS, margin: 0.1, learnAutomatically: true });
    expect((await t.api.get('/recognition/settings')).body).toEqual(body);
  });

  it.each<[Partial<typeof DEFAULTS>, string]>([
    [{ reviewThreshold: 0.9, autoAssignThreshold: 0.89 }, 'reviewThreshold'],
    [{ reviewThreshold: 0.96 }, 'reviewThreshold'],
    [{ autoAssignThreshold: 0.84 }, 'autoAssignThreshold'],
    [{ autoAssignThreshold: 0.99 }, 'autoAssignThreshold'],
    [{ learnThreshold: 0.9 }, 'learnThreshold'],
    [{ reviewThreshold: 1.1 }, 'reviewThreshold'],
    [{ margin: -0.1 }, 'margin'],
    [{ learnMaxShare: 101 }, 'learnMaxShare'],
  ])('%j is refused and changes nothing', async (settings, field) => {
    const before = (await t.api.get('/recognition/settings')).body;
    const { status, body } = await t.api.put('/recognition/settings', settings);
    expect({ status, body }).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_ERROR', details: { fields: [{ field }] } },
    });
    expect((await t.api.get('/recognition/settings')).body).toEqual(before);
  });

  it('equal thresholds are no crossing', async () => {
    const settings = { reviewThreshold: 0.9, autoAssignThreshold: 0.9, learnThreshold: 0.9 };
    expect(await t.api.put('/recognition/settings', settings)).toMatchObject({ status: 200, body: { settings } });
  });
});
