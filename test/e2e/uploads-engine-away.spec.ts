import { Database } from '../../src/database/database.js';
import { Face } from '../../src/persons/entities/face.entity.js';
import { Upkeep } from '../../src/training/upkeep.js';
import type { ApiAnswer, TestFile } from '../support/api-client.js';
import { databases } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { aFacePhoto, type FacePhotoOptions } from '../support/face-photos.js';
import { faults } from '../support/fake-compreface/faults.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';
import { loseImage } from '../support/stored-files.js';
import { minutes } from '../support/test-clock.js';

describe.each(databases)('uploads while CompreFace is away, on $name', (database) => {
  let t: TestApp;
  let personId: number;

  beforeAll(async () => {
    t = await newTestApp({ database });
  });
  beforeEach(async () => {
    personId = await t.api.aPerson();
  });
  afterEach(() => t.fake.clearScript());
  afterAll(() => t.close());

  const photo = async (options: FacePhotoOptions): Promise<TestFile> => ({
    name: 'photo.jpg',
    bytes: await aFacePhoto(options),
  });
  const upload = (files: readonly TestFile[]): Promise<ApiAnswer> => t.api.upload(`/persons/${personId}/faces`, files);
  const listed = async (): Promise<Record<string, unknown>[]> =>
    (await t.api.get(`/persons/${personId}/faces`)).body.faces as Record<string, unknown>[];

  it.each([
    ['is down', faults.coreRefused],
    ['hangs', faults.hang],
    ['answers 502', faults.badGateway],
    ['asks for another key', faults.unknownKey],
    ['answers nonsense', faults.garbageAfterApply],
  ])('CompreFace that %s: the photos are kept, 202, and looked at by themselves later', async (_what, fault) => {
    await t.fake.script({ route: 'recognize', ...fault });
    const files = [
      await photo({ person: 20 }),
      await photo({ person: 20, variant: 1 }),
      { name: 'x', bytes: Buffer.from('x') },
    ];
    const { status, body } = await upload(files);
    expect(status).toBe(202);
    expect(body).toMatchObject({ accepted: 0, pending: 2, rejected: 1 });
    expect(body.files).toMatchObject([
      { status: 'pending', code: 'COMPREFACE_AWAY', face_id: expect.any(Number) },
      { status: 'pending' },
      { status: 'rejected', code: 'UNSUPPORTED_MEDIA_TYPE' },
    ]);
    expect(body.faces).toMatchObject([
      { state: 'pending', eligible: false, excluded_because: 'not_examined_yet', image: null },
      {},
    ]);
    const waiting = body.files[0].face_id as number;
    expect(await t.api.get(`/faces/${waiting}/image`)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });

    await t.fake.clearScript();
    await eventually(async () => {
      // Ends a wrong setting at once; what CompreFace itself met ends by itself.
      await t.api.get('/compreface/status');
      t.clock.advance(minutes(1));
      expect(await listed()).toMatchObject([
        { state: 'ready', eligible: true, assignment_method: 'upload' },
        { state: 'ready' },
      ]);
    }, 15_000);
    expect(await t.api.get(`/faces/${waiting}/image`)).toMatchObject({ status: 200 });
  });

  /** A look that is under way has read the file already, and may still succeed: it is over when the next one is due soon. */
  async function notLookedAtNow(faceId: number): Promise<void> {
    const db = t.app.get(Database);
    await eventually(async () => {
      const { examineAt } = await db.reader.findOneByOrFail(Face, { id: faceId });
      const inMs = Number(examineAt) - (await db.readNow());
      expect(inMs > 1_000 && inMs <= 15_000).toBe(true);
    });
  }

  it('a photo that waits and whose file is missing holds nothing up: not the next photo, not the other upkeep', async () => {
    await t.fake.script({ route: 'recognize', ...faults.coreRefused });
    await upload([await photo({ person: 26 }), await photo({ person: 27 })]);
    const [lost, next] = (await listed()).map(({ id }) => id as number);
    const { photoId } = await t.app.get(Database).reader.findOneByOrFail(Face, { id: lost! });
    await notLookedAtNow(lost!);
    await loseImage(t, `/photos/${photoId}/image`);
    await t.fake.clearScript();
    await eventually(async () => {
      t.clock.advance(minutes(1));
      expect((await t.api.get(`/faces/${next!}`)).body.face).toMatchObject({ state: 'ready' });
    }, 15_000);
    t.clock.advance(minutes(1));
    await expect(t.app.get(Upkeep).runOnce()).resolves.toBeUndefined();
    expect((await t.api.get(`/faces/${lost!}`)).body.face).toMatchObject({ state: 'pending' });
  });

  it('photos that wait are recognised when they come again, also twice in one request', async () => {
    await t.fake.script({ route: 'recognize', ...faults.coreRefused });
    const file = await photo({ person: 21 });
    expect(await upload([file, file])).toMatchObject({ status: 202, body: { pending: 1, accepted: 1 } });
    expect(await upload([file])).toMatchObject({ status: 200, body: { files: [{ code: 'DUPLICATE' }] } });
    expect(await listed()).toHaveLength(1);
  });

  it('a photo that waited and shows no face, or too many, says so on the face', async () => {
    await t.fake.script({ route: 'recognize', ...faults.coreRefused });
    expect(await upload([await photo({ person: 22, faces: 0 }), await photo({ person: 22, faces: 2 })])).toMatchObject({
      status: 202,
    });
    await t.fake.clearScript();
    await eventually(async () => {
      t.clock.advance(minutes(1));
      const faces = await listed();
      expect(faces).toMatchObject([
        { state: 'rejected', eligible: false, excluded_because: 'no_usable_face' },
        { state: 'rejected' },
      ]);
    }, 15_000);
  });

  it('a photo that was rejected while it waited is looked at anew when it comes again', async () => {
    const file = await photo({ person: 28 });
    await t.fake.script({ route: 'recognize', ...faults.coreRefused });
    expect(await upload([file])).toMatchObject({ status: 202 });
    await t.fake.clearScript();
    await t.fake.script({ route: 'recognize', takesEffect: 'no', answer: 'too-large-html' });
    await eventually(async () => {
      t.clock.advance(minutes(1));
      expect(await listed()).toMatchObject([{ state: 'rejected' }]);
    }, 15_000);
    await t.fake.clearScript();
    expect(await upload([file])).toMatchObject({ status: 201, body: { files: [{ status: 'accepted', code: null }] } });
    expect(await listed()).toMatchObject([{ state: 'rejected' }, { state: 'ready', eligible: true }]);
  });

  it('a photo on which CompreFace itself breaks holds nothing up', async () => {
    const poison = await photo({ person: 23, mark: 'crashes' });
    expect(await upload([await photo({ person: 23 }), poison])).toMatchObject({
      status: 201,
      body: { accepted: 1, pending: 1 },
    });
    await eventually(async () => {
      t.clock.advance(minutes(1));
      expect((await listed()).map(({ state }) => state).sort()).toEqual(['ready', 'rejected']);
    }, 15_000);
  });

  it('a photo that CompreFace refuses for what it is does not wait: it is rejected, at once or when it was looked at', async () => {
    await t.fake.script({ route: 'recognize', takesEffect: 'no', answer: 'too-large-html' });
    expect(await upload([await photo({ person: 24 })])).toMatchObject({
      status: 422,
      body: { details: { files: [{ status: 'rejected', code: 'UNREADABLE_IMAGE', face_id: null }] } },
    });
    await t.fake.clearScript();
    await t.fake.script({ route: 'recognize', ...faults.coreRefused });
    expect(await upload([await photo({ person: 25 })])).toMatchObject({ status: 202 });
    await t.fake.clearScript();
    await t.fake.script({ route: 'recognize', takesEffect: 'no', answer: 'too-large-html' });
    await eventually(async () => {
      t.clock.advance(minutes(1));
      expect(await listed()).toMatchObject([{ state: 'rejected', eligible: false }]);
    }, 15_000);
  });
});
