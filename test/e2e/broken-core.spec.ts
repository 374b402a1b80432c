import { Upkeep } from '../../src/training/upkeep.js';
import type { ApiAnswer } from '../support/api-client.js';
import { databases } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { aFacePhoto, type FacePhotoOptions } from '../support/face-photos.js';
import { faults } from '../support/fake-compreface/faults.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';
import { sendPhoto } from '../support/recognition-setup.js';
import { minutes } from '../support/test-clock.js';

/** What CompreFace says of every photo, though nothing is wrong with them. */
const BREAKS = {
  'breaks on everything': faults.coreCrash,
  'finds no face in anything': { takesEffect: 'no', answer: 'no-face' },
} as const;

describe.each(databases)('photos that come while the core of CompreFace is broken, on $name', (database) => {
  let t: TestApp;
  let personId: number;
  beforeEach(async () => {
    t = await newTestApp({ database });
    ({ personId } = await t.api.aPersonWithFaces(1, 1));
  });
  afterEach(() => t.close());

  const upload = async (options: FacePhotoOptions): Promise<ApiAnswer> =>
    t.api.upload(`/persons/${personId}/faces`, [{ name: 'photo.jpg', bytes: await aFacePhoto(options) }]);
  const facesOf = async (id: number): Promise<unknown> => (await t.api.get(`/persons/${id}/faces`)).body.faces;
  const photoOf = async (id: number): Promise<unknown> => (await t.api.get(`/photos/${id}`)).body.photo;

  it.each(Object.entries(BREAKS))(
    'that %s: a photo of a person waits until it is well, and is kept',
    async (_, fault) => {
      await t.fake.script({ route: 'recognize', ...fault });
      expect(await upload({ person: 2 })).toMatchObject({ status: 202, body: { pending: 1, rejected: 0 } });
      await manyLooks();
      expect(await facesOf(personId)).toMatchObject([{ state: 'ready' }, { state: 'pending' }]);
      await t.fake.clearScript();
      await later(async () => {
        expect(await facesOf(personId)).toMatchObject([{ state: 'ready' }, { state: 'ready', eligible: true }]);
      });
    },
  );

  it.each(Object.entries(BREAKS))(
    'that %s: a photo for itself waits until it is well, and is examined',
    async (_, fault) => {
      await t.fake.script({ route: 'recognize', ...fault });
      const { status, body } = await sendPhoto(t.api, { person: 2 });
      expect({ status, body }).toMatchObject({ status: 202, body: { photo: { state: 'pending' } } });
      const id = body.photo.id as number;
      await manyLooks();
      expect(await photoOf(id)).toMatchObject({ state: 'pending' });
      await t.fake.clearScript();
      await later(async () => {
        expect(await photoOf(id)).toMatchObject({ state: 'examined', face_count: 1 });
      });
    },
  );

  it('that recovers between a photo and the look whether it is well: what it said of the photo does not count', async () => {
    // The photo, the look that shows that the core is broken, and the photo once more; the next look finds the core well.
    await t.fake.script({ route: 'recognize', times: 3, ...BREAKS['finds no face in anything'] });
    expect((await upload({ person: 2 })).body).toMatchObject({ pending: 1 });
    await later(async () => {
      expect(await facesOf(personId)).toMatchObject([{ state: 'ready' }, { state: 'ready', eligible: true }]);
    });
    await t.fake.script({ route: 'recognize', times: 3, ...BREAKS['finds no face in anything'] });
    const id = (await sendPhoto(t.api, { person: 3 })).body.photo.id as number;
    await later(async () => {
      expect(await photoOf(id)).toMatchObject({ state: 'examined', face_count: 1 });
    });
  });

  it('that is well between two failures: only what it breaks on then is blamed', async () => {
    expect((await upload({ person: 3, mark: 'crashes' })).body).toMatchObject({ pending: 1 });
    await t.fake.script({ route: 'recognize', ...faults.coreCrash });
    expect((await upload({ person: 4 })).body).toMatchObject({ pending: 1 });
    await manyLooks();
    expect(await facesOf(personId)).toMatchObject([{ state: 'ready' }, { state: 'pending' }, { state: 'pending' }]);
    await t.fake.clearScript();
    await later(async () => {
      expect(await facesOf(personId)).toMatchObject([{ state: 'ready' }, { state: 'rejected' }, { state: 'ready' }]);
    });
  });

  it('that broke again before the last try of a photo: the photo is blamed only once it is well', async () => {
    const recognized = async (): Promise<number> => (await t.fake.requests()).counts.recognize;
    await upload({ person: 5, mark: 'crashes' });
    // So far: the good photo, this one at its upload and by itself, and after each the photo that shows that the core is well.
    await eventually(async () => {
      expect(await recognized()).toBe(5);
    });
    await t.fake.script({ route: 'recognize', times: 1, ...faults.coreCrash });
    t.clock.advance(minutes(1));
    await eventually(async () => {
      expect(await recognized()).toBeGreaterThan(5);
    });
    await t.app.get(Upkeep).runOnce();
    expect(await facesOf(personId)).toMatchObject([{ state: 'ready' }, { state: 'pending' }]);
    await later(async () => {
      expect(await facesOf(personId)).toMatchObject([{ state: 'ready' }, { state: 'rejected' }]);
    });
  });

  /** Looks enough to have rejected every photo twice over. */
  async function manyLooks(): Promise<void> {
    await t.fake.clearRequests();
    await later(async () => {
      expect((await t.fake.requests()).counts.recognize).toBeGreaterThan(8);
    });
  }

  const later = (assertion: () => Promise<void>): Promise<void> =>
    eventually(async () => {
      t.clock.advance(minutes(1));
      await assertion();
    }, 15_000);
});

describe.each(databases)('the first photo that a broken core ever gets, on $name', (database) => {
  let t: TestApp;
  beforeAll(async () => {
    t = await newTestApp({ database });
  });
  afterAll(() => t.close());

  it('waits: nothing shows that it is the photo', async () => {
    await t.fake.script({ route: 'recognize', ...faults.coreCrash });
    const { personId } = await t.api.aPersonWithFaces(1, 1);
    const states = async (): Promise<unknown> => (await t.api.get(`/persons/${personId}/faces`)).body.faces;
    await eventually(async () => {
      t.clock.advance(minutes(1));
      expect((await t.fake.requests()).counts.recognize).toBeGreaterThan(8);
    });
    expect(await states()).toMatchObject([{ state: 'pending' }]);
    await t.fake.clearScript();
    await eventually(async () => {
      t.clock.advance(minutes(1));
      expect(await states()).toMatchObject([{ state: 'ready' }]);
    });
  });
});
