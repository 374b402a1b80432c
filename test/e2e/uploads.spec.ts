import type { ApiAnswer, TestFile } from '../support/api-client.js';
import { databases } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { aFacePhoto, type FacePhotoOptions } from '../support/face-photos.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';
import { keptImages, waitingUploads } from '../support/stored-files.js';

describe.each(databases)('uploads on $name', (database) => {
  let t: TestApp;
  let personId: number;

  beforeAll(async () => {
    t = await newTestApp({ database });
  });
  beforeEach(async () => {
    personId = await t.api.aPerson();
  });
  afterEach(() =>
    eventually(() => {
      expect(waitingUploads()).toEqual([]);
      return Promise.resolve();
    }),
  );
  afterAll(() => t.close());

  const photo = async (options: FacePhotoOptions, name = 'photo.jpg'): Promise<TestFile> => ({
    name,
    bytes: await aFacePhoto(options),
  });
  const upload = (files: readonly TestFile[], fields: Record<string, string> = {}): Promise<ApiAnswer> =>
    t.api.upload(`/persons/${personId}/faces`, files, fields);
  const listed = async (): Promise<Record<string, unknown>[]> =>
    (await t.api.get(`/persons/${personId}/faces`)).body.faces as Record<string, unknown>[];

  it('one verdict per file, in the order in which they came, and the faces that were kept', async () => {
    const files = [
      await photo({ person: 1 }, 'a.jpg'),
      await photo({ person: 1, faces: 0 }, 'b.jpg'),
      { name: 'c.txt', bytes: Buffer.from('no photo') },
      await photo({ person: 1, faces: 2 }, 'd.jpg'),
      await photo({ person: 1, width: 60, height: 60 }, 'e.jpg'),
      await photo({ person: 1, variant: 1 }, 'f.jpg'),
    ];
    const { status, body } = await upload(files);
    expect(status).toBe(201);
    expect(body).toMatchObject({ total: 6, accepted: 2, rejected: 4, pending: 0 });
    expect(body.files).toMatchObject([
      { file: 'a.jpg', status: 'accepted', face_id: expect.any(Number), code: null },
      { file: 'b.jpg', status: 'rejected', face_id: null, code: 'NO_FACE' },
      { file: 'c.txt', status: 'rejected', face_id: null, code: 'UNSUPPORTED_MEDIA_TYPE' },
      { file: 'd.jpg', status: 'rejected', face_id: null, code: 'SEVERAL_FACES', boxes: [{}, {}] },
      { file: 'e.jpg', status: 'rejected', face_id: null, code: 'FACE_TOO_SMALL', boxes: [{}] },
      { file: 'f.jpg', status: 'accepted', face_id: expect.any(Number), code: null },
    ]);
    expect(body.faces).toEqual(await listed());
    expect(body.faces[0]).toMatchObject({
      person_id: personId,
      state: 'ready',
      eligible: true,
      assignment_method: 'upload',
    });
  });

  it('several faces in one photo: 422 with their boxes, and "box" chooses one', async () => {
    const crowd = await photo({ person: 10, faces: 4, width: 800, height: 800 });
    const refused = await upload([crowd]);
    expect(refused).toMatchObject({ status: 422, body: { code: 'INSUFFICIENT_DATA' } });
    const boxes = refused.body.details.files[0].boxes as Record<'x_min' | 'y_min' | 'x_max' | 'y_max', number>[];
    expect(boxes).toHaveLength(4);
    for (const { x_min, y_min, x_max, y_max } of boxes) {
      const chosen = await upload([crowd], { box: [x_min, y_min, x_max, y_max].join(', ') });
      expect(chosen).toMatchObject({ status: 201, body: { faces: [{ box: { x_min, y_min, x_max, y_max } }] } });
    }
    expect(await listed()).toHaveLength(4);
  });

  it('a chosen box in which there is no face is refused with the boxes there are', async () => {
    const answer = await upload([await photo({ person: 10, faces: 2 })], { box: '0,0,20,20' });
    expect(answer).toMatchObject({ status: 422, body: { details: { files: [{ code: 'NO_FACE', boxes: [{}, {}] }] } } });
  });

  it.each([
    '1,2,3',
    '1,2,3,4,5',
    'a,b,c,d',
    '5,5,5,9',
    '9,9,1,1',
    '-1,0,5,5',
    '0,0,1e9,1e9',
    '0,0,NaN,5',
    '0,0,9999999,9',
    ',,,',
  ])('the box %j is refused by name', async (box) => {
    const answer = await upload([await photo({ person: 1 })], { box });
    expect(answer).toMatchObject({ status: 400, body: { details: { fields: [{ field: 'box' }] } } });
  });

  it('a box with two files, a second box and an unknown field are refused', async () => {
    const one = await photo({ person: 1 });
    expect(await upload([one, one], { box: '1,1,50,50' })).toMatchObject({
      status: 400,
      body: { details: { fields: [{ field: 'box' }] } },
    });
    for (const [name, field] of [
      ['box', 'box'],
      ['box[a]', 'box'],
      ['person', 'person'],
    ] as const) {
      const form = new FormData();
      form.append('box', '1,1,50,50');
      form.append(name, 'x');
      form.append('files', new Blob([new Uint8Array(one.bytes)]), 'a.jpg');
      const response = await fetch(`${t.api.baseUrl}/api/persons/${personId}/faces`, { method: 'POST', body: form });
      const body = (await response.json()) as { details: { fields: { field: string }[] } };
      expect(response.status).toBe(400);
      expect(body.details.fields.map((complaint) => complaint.field)).toContain(field);
    }
    expect(await listed()).toEqual([]);
  });

  it('the same file again is recognised and not stored twice: 200, with the face it is', async () => {
    const file = await photo({ person: 2 });
    const first = await upload([file]);
    const before = keptImages(t.place.dataDir).size;
    const second = await upload([{ ...file, name: 'copy.jpg' }]);
    expect(second).toMatchObject({
      status: 200,
      body: { accepted: 1, files: [{ status: 'accepted', code: 'DUPLICATE', face_id: first.body.files[0].face_id }] },
    });
    expect(keptImages(t.place.dataDir).size).toBe(before);
    expect(await listed()).toHaveLength(1);
  });

  it('the same file twice in one request, and in ten requests at once, makes one face', async () => {
    const file = await photo({ person: 3 });
    const { status, body } = await upload([file, { ...file, name: 'again.jpg' }]);
    expect(status).toBe(201);
    expect((body.files as { code: string | null }[]).map(({ code }) => code).sort()).toEqual(['DUPLICATE', null]);
    const other = await photo({ person: 3, variant: 5 });
    const answers = await Promise.all(Array.from({ length: 10 }, () => upload([other])));
    expect(answers.map((answer) => answer.status).sort((a, b) => a - b)).toEqual([...Array<number>(9).fill(200), 201]);
    expect(await listed()).toHaveLength(2);
  });

  it('the same file is a face of its own for another person', async () => {
    const file = await photo({ person: 4 });
    const first = await upload([file]);
    personId = await t.api.aPerson();
    const second = await upload([file]);
    expect([first.status, second.status]).toEqual([201, 201]);
  });

  it('a new photo with an old one is 201', async () => {
    const old = await photo({ person: 5 });
    await upload([old]);
    expect(await upload([old, await photo({ person: 5, variant: 1 })])).toMatchObject({
      status: 201,
      body: { accepted: 2 },
    });
  });

  it('no files, files in a field of another name, and text instead of a file are refused', async () => {
    const path = `${t.api.baseUrl}/api/persons/${personId}/faces`;
    const field = async (response: Response): Promise<unknown> =>
      ((await response.json()) as { details: { fields: { field: string }[] } }).details.fields[0]?.field;
    const empty = new FormData();
    empty.append('box', '');
    const misnamed = new FormData();
    misnamed.append('photo', new Blob([new Uint8Array((await photo({ person: 1 })).bytes)]), 'a.jpg');
    const text = new FormData();
    text.append('files', 'a.jpg');
    const unnamed = new FormData();
    unnamed.append('files', new Blob([]), '');
    expect(await field(await fetch(path, { method: 'POST', body: empty }))).toBe('files');
    expect(await field(await fetch(path, { method: 'POST', body: misnamed }))).toBe('photo');
    expect(await field(await fetch(path, { method: 'POST', body: text }))).toBe('files');
    expect(await field(await fetch(path, { method: 'POST', body: unnamed }))).toBe('files');
    expect(await field(await fetch(path, { method: 'POST' }))).toBe('files');
    const json = await fetch(path, {
      method: 'POST',
      body: '{"files":[]}',
      headers: { 'content-type': 'application/json' },
    });
    expect(json.status).toBe(415);
  });

  it('100 files get 100 verdicts, and 101 are too many', async () => {
    const files = Array.from({ length: 101 }, (_, index) => ({ name: `${index}.txt`, bytes: Buffer.from(`${index}`) }));
    const allowed = await upload(files.slice(1));
    expect(allowed.status).toBe(415);
    expect((allowed.body.details.files as { file: string }[]).map(({ file }) => file)).toEqual(
      files.slice(1).map(({ name }) => name),
    );
    expect(await upload(files)).toMatchObject({
      status: 413,
      body: { code: 'PAYLOAD_TOO_LARGE', details: { fields: [{ field: 'files' }] } },
    });
  });

  it('a person whom nobody knows gets no photos', async () => {
    const answer = await t.api.upload('/persons/2147483647/faces', [await photo({ person: 6 })]);
    expect(answer).toMatchObject({ status: 404, body: { code: 'NOT_FOUND', details: { person_id: 2147483647 } } });
    const none = await t.api.upload('/persons/abc/faces', [await photo({ person: 6 })]);
    expect({ status: none.status, field: none.body.details.fields[0].field as string }).toEqual({
      status: 400,
      field: 'id',
    });
  });

  it('a person who is deleted while photos come in keeps no rows and no files', async () => {
    await t.fake.setPace({ latencyMs: 200 });
    const before = keptImages(t.place.dataDir).size;
    const uploading = upload([await photo({ person: 7 }), await photo({ person: 7, variant: 1 })]);
    await eventually(async () => {
      expect((await t.fake.requests()).inFlight).toBeGreaterThan(0);
    });
    await t.api.delete(`/persons/${personId}`);
    expect(await uploading).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    await t.fake.setPace({ latencyMs: 0 });
    await t.fake.settled();
    await eventually(() => {
      expect(keptImages(t.place.dataDir).size).toBe(before);
      return Promise.resolve();
    });
  });

  it("a face's image is the crop, as a JPEG that browsers do not reinterpret and may keep for themselves only", async () => {
    const { body } = await upload([await photo({ person: 24 })]);
    const response = await fetch(`${t.api.baseUrl}${body.faces[0].image as string}`);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/jpeg',
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, max-age=3600',
      'content-length': String(bytes.length),
    });
    expect([...keptImages(t.place.dataDir).values()].some((kept) => kept.equals(bytes))).toBe(true);
  });
});
