import { databases } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { aFacePhoto } from '../support/face-photos.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';
import { aTrainedPerson, freshBytes, sendFile, sendPhoto } from '../support/recognition-setup.js';
import { keptImages, waitingUploads } from '../support/stored-files.js';

describe.each(databases)('photos that are sent to be recognised, on $name', (database) => {
  let t: TestApp;
  let anna: number;
  let ben: number;

  beforeAll(async () => {
    t = await newTestApp({ database });
    anna = await aTrainedPerson(t.api, 10, 'Anna');
    ben = await aTrainedPerson(t.api, 20, 'Ben');
  }, 60_000);
  afterAll(() => t.close());

  it('a photo of somebody who is trained is assigned, and says why', async () => {
    const { status, body } = await sendPhoto(t.api, { person: 10, variant: 50 });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      duplicate: false,
      photo: { state: 'examined', width: 320, height: 320, original_name: 'photo.jpg', face_count: 1 },
      faces: [
        {
          person_id: anna,
          assignment_method: 'automatic',
          eligible: false,
          excluded_because: 'not_confirmed',
          review: null,
          decision: { outcome: 'assigned', reason: 'clear_match', person_id: anna },
        },
      ],
    });
    const [face] = body.faces;
    expect(face.candidates).toMatchObject([
      { person_id: anna, name: 'Anna' },
      { person_id: ben, name: 'Ben' },
    ]);
    expect(face.candidates[0].similarity).toBeGreaterThan(0.99);
    expect(face.candidates[1].similarity).toBeLessThan(0.5);
    expect(face.assignment_confidence).toBe(face.candidates[0].similarity);
    expect(face.decision.message).toMatch(/assigned without asking/);
    expect(face.box.x_max - face.box.x_min).toBeGreaterThan(100);
    expect((await t.api.get(`/faces/${face.id as number}/image`)).status).toBe(200);
  });

  it('somebody whom nobody knows stays unidentified', async () => {
    const { body } = await sendPhoto(t.api, { person: 30 });
    expect(body.faces).toMatchObject([
      { person_id: null, review: 'unidentified', decision: { reason: 'below_review_threshold', person_id: null } },
    ]);
  });

  it('each face of a group photo is recognised', async () => {
    const { body } = await sendPhoto(t.api, { person: 10, faces: [10, 20, 31], width: 900, height: 900 });
    const persons = (body.faces as { person_id: number | null }[]).map(({ person_id }) => person_id);
    expect(persons.sort()).toEqual([anna, ben, null].sort());
    expect(body.photo.face_count).toBe(3);
  });

  it('a photo without a face is kept, with none', async () => {
    const { status, body } = await sendPhoto(t.api, { person: 10, faces: 0 });
    expect(status).toBe(201);
    expect(body).toMatchObject({ faces: [], photo: { state: 'examined', face_count: 0 } });
  });

  it('a turned photo is kept upright, and faces below the least side are left out', async () => {
    const { body } = await sendPhoto(t.api, { person: 10, width: 400, height: 300, orientation: 6 });
    expect(body.photo).toMatchObject({ width: 400, height: 300 });
    const small = await sendPhoto(t.api, { person: 10, width: 60, height: 60 });
    expect(small).toMatchObject({ status: 201, body: { faces: [] } });
  });

  it('the very same file is recognised and stored once', async () => {
    const bytes = await freshBytes({ person: 10, variant: 51 });
    const first = await sendFile(t.api, bytes);
    const files = keptImages(t.place.dataDir).size;
    const second = await sendFile(t.api, bytes, 'file', 'copy.jpg');
    expect(second).toMatchObject({ status: 200, body: { duplicate: true, photo: first.body.photo } });
    expect(second.body.faces).toEqual(first.body.faces);
    expect(keptImages(t.place.dataDir).size).toBe(files);
  });

  it('the same file in two requests at once is stored once', async () => {
    const bytes = await freshBytes({ person: 20, variant: 52 });
    const answers = await Promise.all([1, 2, 3, 4].map(() => sendFile(t.api, bytes)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 201]);
    expect(new Set(answers.map(({ body }) => body.photo.id as number)).size).toBe(1);
  });

  it('a face that the same file brought for a person becomes part of the photo', async () => {
    const bytes = await freshBytes({ person: 20, variant: 53 });
    const upload = await t.api.upload(`/persons/${ben}/faces`, [{ name: 'own.jpg', bytes }]);
    const [own] = upload.body.faces;
    const { status, body } = await sendFile(t.api, bytes);
    expect(status).toBe(201);
    expect(body.faces).toMatchObject([{ id: own.id, person_id: ben, assignment_method: 'upload', eligible: true }]);
    expect(body.photo.id).not.toBe(own.photo_id);
    expect(await t.api.get(`/photos/${own.photo_id as number}`)).toMatchObject({ status: 404 });
    expect((await t.api.get(`/photos/${body.photo.id as number}/image`)).status).toBe(200);
  });

  it('the same picture as another file is a face of its own, and is not assigned a second time', async () => {
    await sendPhoto(t.api, { person: 10, variant: 54 });
    const { status, body } = await sendPhoto(t.api, { person: 10, variant: 54 });
    expect(status).toBe(201);
    expect(body.faces).toMatchObject([
      { person_id: null, review: 'needs_review', decision: { reason: 'same_face_exists', person_id: anna } },
    ]);
  });

  it('photos are listed newest first, and shown with their faces and image', async () => {
    const sent = await sendPhoto(t.api, { person: 10, variant: 55 });
    const listed = await t.api.get('/photos?limit=2');
    expect(listed.body.photos).toHaveLength(2);
    expect(listed.body.photos[0]).toEqual(sent.body.photo);
    expect(listed.body.total).toBeGreaterThan(2);
    const shown = await t.api.get(`/photos/${sent.body.photo.id as number}`);
    expect(shown.body).toEqual({ photo: sent.body.photo, faces: sent.body.faces });
    const image = await fetch(`${t.api.baseUrl}${sent.body.photo.image as string}`);
    expect(image.headers.get('content-type')).toBe('image/jpeg');
    expect(
      Buffer.from(await image.arrayBuffer())
        .subarray(0, 2)
        .toString('hex'),
    ).toBe('ffd8');
  });

  it('a deleted photo takes its faces, their examples and its files along', async () => {
    const before = keptImages(t.place.dataDir).size;
    const cara = await t.api.aPerson('Cara');
    const { body } = await sendPhoto(t.api, { person: 40, faces: [40, 41], width: 700, height: 700 });
    const faceId = body.faces[0].id as number;
    await t.api.post('/faces/assign', { faceId, personId: cara });
    await t.api.post(`/persons/${cara}/queue-training`, { trainingType: 'full', config: { minFacesThreshold: 1 } });
    await t.api.post('/training/process-queue');
    const examples = (await t.fake.store()).examples.length;

    const deleted = await t.api.delete(`/photos/${body.photo.id as number}`);
    expect(deleted).toMatchObject({ status: 200, body: { faces_deleted: 2, withdrawal: 'pending' } });
    expect((await t.api.get(`/faces/${faceId}`)).status).toBe(404);
    expect((await t.api.get(`/photos/${body.photo.id as number}`)).status).toBe(404);
    expect((await t.api.delete(`/photos/${body.photo.id as number}`)).status).toBe(404);
    expect(keptImages(t.place.dataDir).size).toBe(before);
    await eventually(async () => {
      expect((await t.fake.store()).examples).toHaveLength(examples - 1);
    });
  });

  it.each<[string, Buffer, number, string]>([
    ['no image', Buffer.from('no image'), 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['an empty file', Buffer.alloc(0), 422, 'INSUFFICIENT_DATA'],
    ['half a photo', Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'), 422, 'INSUFFICIENT_DATA'],
    ['a file that is too large', Buffer.alloc(25 * 1024 * 1024 + 1, 1), 413, 'PAYLOAD_TOO_LARGE'],
  ])('%s is refused and leaves nothing', async (_name, bytes, status, code) => {
    const total = (await t.api.get('/photos')).body.total as number;
    expect(await sendFile(t.api, bytes)).toMatchObject({ status, body: { code } });
    expect((await t.api.get('/photos')).body.total).toBe(total);
    expect(waitingUploads()).toEqual([]);
  });

  it('no file, two files, or a file in a field of another name are refused', async () => {
    const bytes = await aFacePhoto({ person: 10 });
    expect(await sendFile(t.api, bytes, 'files')).toMatchObject({ status: 400, body: { code: 'VALIDATION_ERROR' } });
    const none = await t.api.upload('/photos', []);
    expect(none).toMatchObject({ status: 400, body: { details: { fields: [{ field: 'file' }] } } });
    const two = new FormData();
    for (const name of ['a', 'b']) two.append('file', new Blob([new Uint8Array(bytes)]), name);
    const response = await fetch(`${t.api.baseUrl}/api/photos`, { method: 'POST', body: two });
    expect(response.status).toBe(400);
    expect(waitingUploads()).toEqual([]);
  });
});
