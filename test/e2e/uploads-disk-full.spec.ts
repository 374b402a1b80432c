import type { ApiAnswer } from '../support/api-client.js';
import { databases } from '../support/databases.js';
import { aFacePhoto } from '../support/face-photos.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.js';
import { keptImages } from '../support/stored-files.js';

const disk = mountSmallDisk(8);
if (!disk)
  console.warn(
    '\n*** A disk cannot be mounted by this user: THE SPECS OF A FULL DISK ARE LEFT OUT. Run them as root. ***\n',
  );
disk?.remove();

(disk ? describe : describe.skip).each(databases)('a full disk below DATA_DIR, on $name,', (database) => {
  let t: TestApp;
  let small: SmallDisk;
  let personId: number;

  beforeAll(async () => {
    small = mountSmallDisk(8)!;
    t = await newTestApp({ database, environment: { DATA_DIR: small.folder } });
    personId = await t.api.aPerson('Somebody');
  });
  afterEach(() => {
    small.free();
  });
  afterAll(async () => {
    await t.close();
    small.remove();
  });

  const upload = async (...variants: number[]): Promise<ApiAnswer> => {
    const files = await Promise.all(
      variants.map(async (variant) => ({ name: `${variant}.jpg`, bytes: await aFacePhoto({ person: 1, variant }) })),
    );
    return t.api.upload(`/persons/${personId}/faces`, files);
  };

  it('is 507, nothing is half stored, and the same upload is taken when there is room again', async () => {
    small.fill();
    const refused = await upload(1, 2);
    expect(refused).toMatchObject({ status: 507, body: { code: 'INSUFFICIENT_STORAGE' } });
    expect([...keptImages(small.folder).keys()]).toEqual([]);
    expect((await t.api.get(`/persons/${personId}/faces`)).body).toEqual({ faces: [], total: 0 });
    expect(await t.api.get('/health/ready')).toMatchObject({ status: 200 });

    small.free();
    expect(await upload(1, 2)).toMatchObject({ status: 201, body: { accepted: 2 } });
  });

  it('is 507 for whatever else is to be written there', async () => {
    small.fill();
    const full = await t.api.post('/persons', { name: 'Nobody', notes: 'x'.repeat(1_000) });
    // MariaDB has a disk of its own.
    expect(full.status).toBe(database.name === 'SQLite' ? 507 : 201);
    // Whoever comes next is not held up by the transaction that could not be written.
    expect(await t.api.get(`/persons/${personId}`)).toMatchObject({ status: 200 });
    small.free();
    expect(await t.api.post('/persons', { name: 'Somebody else' })).toMatchObject({ status: 201 });
  });

  it('still lets photos be read, and refuses no photo that is here already', async () => {
    await upload(1);
    small.fill();
    expect(await upload(1)).toMatchObject({ status: 200, body: { files: [{ code: 'DUPLICATE' }] } });
    const { faces } = (await t.api.get(`/persons/${personId}/faces`)).body as { faces: { image: string }[] };
    expect((await fetch(`${t.api.baseUrl}${faces[0]!.image}`)).status).toBe(200);
  });
});
