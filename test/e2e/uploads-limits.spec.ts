import type { ApiAnswer, TestFile } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { aFacePhoto } from '../support/face-photos.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';
import { BOUNDARY, multipartBody, RawConnection, rawHead } from '../support/raw-http.js';
import { seededRandom } from '../support/seeded-random.js';
import { keptImages, waitingUploads } from '../support/stored-files.js';

const MB = 1024 * 1024;
const SEED = process.env['SEED'] ?? String(Math.floor(Math.random() * 1e9));

let t: TestApp;
let personId: number;

beforeAll(async () => {
  t = await newTestApp({ environment: { PHOTO_MAX_FILE_MB: '2', PHOTO_MAX_MEGAPIXELS: '1' } });
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

const upload = (files: readonly TestFile[]): Promise<ApiAnswer> => t.api.upload(`/persons/${personId}/faces`, files);
const aFile = async (person: number, padding = 0): Promise<TestFile> => ({
  name: 'photo.jpg',
  bytes: Buffer.concat([await aFacePhoto({ person }), Buffer.alloc(padding)]),
});

describe('a file', () => {
  it('that is too large is refused by itself, and the others of its request are kept', async () => {
    const { status, body } = await upload([await aFile(1), await aFile(2, 7 * MB), await aFile(3)]);
    expect(status).toBe(201);
    expect(body.files).toMatchObject([
      { status: 'accepted' },
      { status: 'rejected', code: 'PAYLOAD_TOO_LARGE', message: 'The file is larger than 2 MB: make it smaller' },
      { status: 'accepted' },
    ]);
  });

  it('that is too large and comes alone is 413', async () => {
    const answer = await upload([await aFile(4, 2 * MB)]);
    expect(answer).toMatchObject({ status: 413, body: { code: 'PAYLOAD_TOO_LARGE', details: { files: [{}] } } });
  });

  it('of exactly the largest size is taken', async () => {
    const { bytes } = await aFile(5);
    expect(
      await upload([{ name: 'a.jpg', bytes: Buffer.concat([bytes, Buffer.alloc(2 * MB - bytes.length)]) }]),
    ).toMatchObject({ status: 201 });
    expect(
      await upload([{ name: 'a.jpg', bytes: Buffer.concat([bytes, Buffer.alloc(2 * MB - bytes.length + 1)]) }]),
    ).toMatchObject({ status: 413 });
  });

  it('of more pixels than allowed is refused before it is decoded', async () => {
    const large = await aFacePhoto({ person: 6, width: 1_001, height: 1_000 });
    const allowed = await aFacePhoto({ person: 6, width: 1_000, height: 1_000 });
    expect(await upload([{ name: 'large.jpg', bytes: large }])).toMatchObject({
      status: 422,
      body: { details: { files: [{ code: 'UNREADABLE_IMAGE' }] } },
    });
    expect(await upload([{ name: 'allowed.jpg', bytes: allowed }])).toMatchObject({ status: 201 });
  });
});

describe('a request', () => {
  const head = (length: number | string): string =>
    rawHead(`POST /api/persons/${personId}/faces`, {
      'Content-Type': `multipart/form-data; boundary=${BOUNDARY}`,
      ...(typeof length === 'number' ? { 'Content-Length': length } : { 'Transfer-Encoding': length }),
    });

  it('that announces more than 500 MB is refused before a byte of it is written', async () => {
    const connection = await RawConnection.open(t.api.baseUrl);
    connection.write(head(502 * MB));
    expect(await connection.answer()).toMatchObject({
      status: 413,
      body: { code: 'PAYLOAD_TOO_LARGE', details: { fields: [{ field: 'files' }] } },
    });
  });

  it('that is cut off at any byte leaves no file, no row and a service that works', async () => {
    const random = seededRandom(SEED);
    console.log(`cut-off uploads: SEED=${SEED}`);
    const files = [await aFile(7, 300_000), await aFile(8, 300_000)];
    const body = multipartBody(
      files.map(({ name, bytes }) => ({ disposition: `name="files"; filename="${name}"`, bytes })),
    );
    const before = keptImages(t.place.dataDir).size;
    for (let round = 0; round < 40; round += 1) {
      const connection = await RawConnection.open(t.api.baseUrl);
      const cut = round < 10 ? Math.floor(random() * 200) : Math.floor(random() * (body.length - 1));
      connection.write(round % 2 === 0 ? head(body.length) : head('chunked'));
      if (round % 2 !== 0) connection.write(`${body.length.toString(16)}\r\n`);
      connection.write(body.subarray(0, cut));
      if (round % 3 !== 0) await new Promise(setImmediate);
      connection.hangUp();
    }
    await eventually(() => {
      expect(waitingUploads()).toEqual([]);
      return Promise.resolve();
    });
    expect((await t.api.get(`/persons/${personId}/faces`)).body).toEqual({ faces: [], total: 0 });
    expect(keptImages(t.place.dataDir).size).toBe(before);
    expect(await upload([await aFile(9)])).toMatchObject({ status: 201 });
  });

  it.each([
    ['that ends before its last boundary', (body: Buffer) => body.subarray(0, body.length - 10)],
    ['of no parts', () => Buffer.from(`--${BOUNDARY}--\r\n`)],
    ['of nothing but a boundary', () => Buffer.from(`--${BOUNDARY}\r\n`)],
    ['that is no multipart', () => Buffer.from('{"files": []}')],
    [
      'with a part without a name',
      () => Buffer.from(`--${BOUNDARY}\r\nContent-Type: image/jpeg\r\n\r\nx\r\n--${BOUNDARY}--\r\n`),
    ],
    [
      'with a part with 200 headers',
      () => Buffer.from(`--${BOUNDARY}\r\n${'X-A: b\r\n'.repeat(200)}\r\n\r\nx\r\n--${BOUNDARY}--\r\n`),
    ],
    [
      'with a part with a header of 100 kB',
      () => Buffer.from(`--${BOUNDARY}\r\nX-A: ${'b'.repeat(100_000)}\r\n\r\nx\r\n--${BOUNDARY}--\r\n`),
    ],
    [
      'with 20 text fields',
      () => multipartBody(Array.from({ length: 20 }, (_, i) => ({ disposition: `name="f${i}"`, bytes: 'x' }))),
    ],
    ['with a text field of 1 MB', () => multipartBody([{ disposition: 'name="box"', bytes: Buffer.alloc(MB, '1') }])],
    ['with a field name of 10 kB', () => multipartBody([{ disposition: `name="${'n'.repeat(10_000)}"`, bytes: 'x' }])],
    [
      'with a deeply nested field name',
      () => multipartBody([{ disposition: `name="box${'[a]'.repeat(40)}"`, bytes: 'x' }]),
    ],
    [
      'with a field name that means to pollute',
      () => multipartBody([{ disposition: 'name="__proto__[polluted]"', bytes: 'x' }]),
    ],
  ])('%s is refused with 4xx in the documented shape', async (_what, make) => {
    const { bytes } = await aFile(10);
    const body = make(multipartBody([{ disposition: 'name="files"; filename="a.jpg"', bytes }]));
    const connection = await RawConnection.open(t.api.baseUrl);
    connection.write(head(body.length));
    connection.write(body);
    const answer = await connection.answer();
    expect([400, 413]).toContain(answer?.status);
    expect(answer?.body).toEqual({
      error: expect.any(String),
      code: answer?.status === 400 ? 'VALIDATION_ERROR' : 'PAYLOAD_TOO_LARGE',
      details: { fields: [{ field: expect.any(String), message: expect.any(String) }] },
    });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each([
    ['multipart/form-data', 400],
    ['multipart/form-data; boundary=', 400],
    ['multipart/form-data; boundary=other', 400],
    ['multipart/mixed; boundary=x', 415],
    ['image/jpeg', 415],
  ])('of type %s is refused', async (type, status) => {
    const { bytes } = await aFile(11);
    const response = await fetch(`${t.api.baseUrl}/api/persons/${personId}/faces`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: new Uint8Array(multipartBody([{ disposition: 'name="files"; filename="a.jpg"', bytes }])),
    });
    expect({ status: response.status, body: await response.json() }).toMatchObject({
      status,
      body: { code: status === 400 ? 'VALIDATION_ERROR' : 'UNSUPPORTED_MEDIA_TYPE', details: expect.any(Object) },
    });
  });
});
