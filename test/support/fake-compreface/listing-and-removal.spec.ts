import { aFacePhoto } from '../face-photos.js';
import type { FakeCompreFace } from './fake-compreface.js';
import { Client } from './spec-client.js';
import { startFakeCompreFace } from './start-fake-compreface.js';

let fake: FakeCompreFace;
let client: Client;

beforeAll(async () => {
  fake = await startFakeCompreFace();
  client = new Client(fake);
});
beforeEach(() => fake.reset());
afterAll(() => fake.close());

describe('the list', () => {
  beforeEach(async () => {
    const photo = await aFacePhoto({ person: 1 });
    await client.addSubject('ann');
    await Promise.all(Array.from({ length: 30 }, () => client.addFace('ann', photo)));
  });

  it('comes in another order each time unless it is sorted', async () => {
    const [first, second] = [await client.list('?size=30'), await client.list('?size=30')];
    expect(first.faces).not.toEqual(second.faces);
    const ids = (await client.list('?size=30&sort=id,asc')).faces.map((face) => face.image_id);
    expect(ids).toEqual([...ids].sort());
  });

  it('pages, caps the size at 2000 and refuses to sort by what it does not know', async () => {
    expect(await client.list('?page=1&size=20&sort=id')).toMatchObject({ total_pages: 2, page_number: 1 });
    expect((await client.list('?page=1&size=20&sort=id')).faces).toHaveLength(10);
    expect(await client.list('?size=5000')).toMatchObject({ page_size: 2000 });
    expect(await client.call('GET', '/faces?sort=created')).toMatchObject({ status: 400, json: { code: 0 } });
  });
});

describe('removing', () => {
  const addOne = async (): Promise<string> => {
    const added = await client.addFace('Ann', await aFacePhoto({ person: 1 }));
    return (added.json as { image_id: string }).image_id;
  };

  it('an example by id takes its image along and leaves the subject', async () => {
    const id = await addOne();
    expect(await client.call('DELETE', `/faces/${id}`)).toMatchObject({ json: { image_id: id, subject: 'Ann' } });
    expect(await client.call('DELETE', `/faces/${id}`)).toMatchObject({ status: 404, json: { code: 44 } });
    expect(await fake.store()).toMatchObject({ subjects: ['Ann'], examples: [], orphanImages: [] });
  });

  it('several by id answers those that were there', async () => {
    const id = await addOne();
    const body = JSON.stringify([id, '00000000-0000-4000-8000-000000000000']);
    expect(await client.call('POST', '/faces/delete', { body })).toMatchObject({ json: [{ image_id: id }] });
    expect(await client.call('POST', '/faces/delete', { body: '["x"]' })).toMatchObject({ status: 400, json: null });
  });

  it.each([
    ['/faces?subject=ANN', { deleted: 1 }],
    ['/subjects/ANN', { subject: 'Ann' }],
  ])('a subject by DELETE %s leaves its image bytes behind', async (path, answer) => {
    const id = await addOne();
    expect(await client.call('DELETE', path)).toMatchObject({ status: 200, json: answer });
    expect(await fake.store()).toMatchObject({ subjects: [], examples: [], orphanImages: [{ imageId: id }] });
    expect((await client.download(id)).length).toBe(0);
  });

  it.each(['/subjects', '/subjects/', '/subjects/.', '/subjects/%2e', '/faces', '/faces?subject=%20'])(
    'by DELETE %s goes on record as a wipe',
    async (path) => {
      await client.call('DELETE', path);
      expect((await fake.store()).wipes).toHaveLength(1);
    },
  );
});

describe('an image', () => {
  it('comes back byte for byte, and unknown ones are empty', async () => {
    const photo = await aFacePhoto({ person: 1 });
    const added = await client.addFace('ann', photo);
    expect(await client.download((added.json as { image_id: string }).image_id)).toEqual(photo);
    expect((await client.download('00000000-0000-4000-8000-000000000000')).length).toBe(0);
  });
});
