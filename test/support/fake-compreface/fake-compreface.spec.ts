import { createHash } from 'node:crypto';
import { aFacePhoto } from '../face-photos.js';
import type { FakeCompreFace } from './fake-compreface.js';
import { startFakeCompreFace } from './start-fake-compreface.js';
import { Client } from './spec-client.js';

let fake: FakeCompreFace;
let client: Client;

beforeAll(async () => {
  fake = await startFakeCompreFace();
  client = new Client(fake);
});
beforeEach(() => fake.reset());
afterAll(() => fake.close());

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('the key', () => {
  it('is not needed for the limits', async () => {
    const response = await fetch(`${fake.url}/api/v1/config`);
    expect(await response.json()).toEqual({ clientMaxFileSize: 5242880, clientMaxBodySize: 10485760 });
  });

  it.each([
    [undefined, 400, 20],
    ['abc', 400, 26],
    ['11111111-1111-4111-8111-111111111111', 404, 10],
  ])('%s is refused with %i, code %i', async (key, status, code) => {
    const headers: Record<string, string> = key === undefined ? {} : { 'x-api-key': key };
    const response = await fetch(`${fake.url}/api/v1/recognition/subjects`, { headers });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
  });

  it('is checked before the body is looked at', async () => {
    const answer = await client.call('POST', '/subjects', { body: '{', key: 'abc' });
    expect(answer).toMatchObject({ status: 400, json: { code: 26 } });
  });
});

describe('subjects', () => {
  it('are found ignoring case and keep their first spelling', async () => {
    expect(await client.addSubject('Ann')).toMatchObject({ status: 201, json: { subject: 'Ann' } });
    expect(await client.addSubject('ANN')).toMatchObject({ status: 400, json: { code: 43 } });
    expect(await client.call('GET', '/subjects')).toMatchObject({ json: { subjects: ['Ann'] } });
    expect(await client.call('DELETE', '/subjects/ann')).toMatchObject({ json: { subject: 'Ann' } });
    expect(await client.call('DELETE', '/subjects/ann')).toMatchObject({ status: 404, json: { code: 42 } });
  });

  it.each([
    ['', 26],
    ['x'.repeat(51), 26],
    ['a/b', 36],
  ])('cannot be called "%s" (code %i)', async (name, code) => {
    expect(await client.addSubject(name)).toMatchObject({ status: 400, json: { code } });
  });

  it('are renamed, merged into an existing one, or not found', async () => {
    await client.addFace('Ann', await aFacePhoto({ person: 1 }));
    const rename = (from: string, subject: string) =>
      client.call('PUT', `/subjects/${from}`, { body: JSON.stringify({ subject }) });
    expect(await rename('Ann', 'Bea')).toMatchObject({ json: { updated: true } });
    expect(await rename('Bea', 'Bea')).toMatchObject({ json: { updated: false } });
    expect(await rename('Zed', 'X')).toMatchObject({ status: 404, json: { code: 42 } });
    await client.addSubject('Cid');
    expect(await rename('Bea', 'cid')).toMatchObject({ json: { updated: true } });
    expect(await fake.store()).toMatchObject({ subjects: ['Cid'], examples: [{ subject: 'Cid' }] });
  });
});

describe('adding a face', () => {
  it('echoes the name as sent, stores it under the first spelling and lists it by that alone', async () => {
    const photo = await aFacePhoto({ person: 1 });
    await client.addSubject('Ann');
    const added = await client.addFace('ann', photo);
    expect(added).toMatchObject({ status: 201, json: { subject: 'ann' } });
    expect(await client.list('?subject=Ann')).toMatchObject({ total_elements: 1, page_size: 20, page_number: 0 });
    expect(await client.list('?subject=ann')).toMatchObject({ total_elements: 0, faces: [] });
    const { image_id: imageId } = added.json as { image_id: string };
    expect((await fake.store()).examples).toEqual([{ imageId, subject: 'Ann', sha256: sha256(photo) }]);
  });

  it('makes two examples of the same bytes sent twice', async () => {
    const photo = await aFacePhoto({ person: 1 });
    await client.addFace('ann', photo);
    await client.addFace('ann', photo);
    const { examples } = await fake.store();
    expect(new Set(examples.map((example) => example.imageId)).size).toBe(2);
    expect(new Set(examples.map((example) => example.sha256)).size).toBe(1);
  });

  it.each([
    ['no face', 28, () => aFacePhoto({ person: 1, faces: 0 })],
    ['an unreadable photo', 28, () => Promise.resolve(Buffer.from('not a photo'))],
    ['two faces', 31, () => aFacePhoto({ person: 1, faces: 2 })],
    ['a photo that trips the code', 0, () => aFacePhoto({ person: 1, mark: 'undefined-when-added' as const })],
    ['a file of 5 MiB and a byte', 0, () => Promise.resolve(Buffer.alloc(5 * 1024 * 1024 + 1))],
  ])('refuses %s with code %i and creates no subject', async (_what, code, photo) => {
    expect(await client.addFace('ann', await photo())).toMatchObject({ status: 400, json: { code } });
    expect(await client.call('GET', '/subjects')).toMatchObject({ json: { subjects: [] } });
  });

  it('breaks on a poisonous photo, every time', async () => {
    const poison = await aFacePhoto({ person: 1, mark: 'crashes' });
    for (const answer of [await client.addFace('ann', poison), await client.recognize(poison)]) {
      expect(answer).toMatchObject({ status: 500, json: { code: 41 } });
      expect((answer.json as { message: string }).message).toContain('[500 INTERNAL SERVER ERROR]');
    }
  });

  it('asks for the file before the subject, and for an allowed extension', async () => {
    const photo = await aFacePhoto({ person: 1 });
    const bare = new FormData();
    bare.append('other', 'x');
    expect(await client.call('POST', '/faces', { body: bare })).toMatchObject({ status: 400, json: { code: 34 } });
    expect(await client.addFace(null, photo)).toMatchObject({ status: 400, json: { code: 33 } });
    expect(await client.addFace(' ', photo)).toMatchObject({ status: 400, json: { code: 26 } });
    expect(await client.addFace('ann', photo, 'photo.txt')).toMatchObject({ status: 400, json: { code: 21 } });
  });

  it('answers with a page of nginx when the request is over 10 MiB', async () => {
    const answer = await client.addFace('ann', Buffer.alloc(11 * 1024 * 1024));
    expect(answer).toEqual({ status: 413, json: null });
  });

  it('takes base64, but stores it only without line breaks', async () => {
    const photo = (await aFacePhoto({ person: 1 })).toString('base64');
    const send = (path: string, file: string) => client.call('POST', path, { body: JSON.stringify({ file }) });
    expect(await send('/faces?subject=ann', photo)).toMatchObject({ status: 201 });
    expect(await send('/faces?subject=ann', `data:image/jpeg;base64,${photo}`)).toMatchObject({ json: { code: 21 } });
    const broken = photo.replace(/(.{76})/g, '$1\n');
    expect(await send('/faces?subject=ann', broken)).toMatchObject({ status: 400, json: { code: 0 } });
    expect(await send('/recognize', broken)).toMatchObject({ status: 200 });
  });

  it('stores at least one of many first uploads for a new subject and answers code 0 to the others', async () => {
    const photos = await Promise.all([1, 2, 3, 4].map((variant) => aFacePhoto({ person: 1, variant })));
    const answers = await Promise.all(photos.map((photo) => client.addFace('ann', photo)));
    const stored = answers.filter((answer) => answer.status === 201);
    expect(stored.length).toBeGreaterThanOrEqual(1);
    expect((await fake.store()).examples).toHaveLength(stored.length);
    for (const answer of answers) {
      if (answer.status !== 201) expect(answer).toMatchObject({ status: 400, json: { code: 0 } });
    }
  });
});

describe('unknown routes', () => {
  it('get a page of Spring for GET and code 0 for the rest', async () => {
    expect(await client.call('GET', '/nothing')).toMatchObject({ status: 404, json: { error: 'Not Found' } });
    expect(await client.call('POST', '/nothing')).toMatchObject({ status: 404, json: { code: 0 } });
  });
});
