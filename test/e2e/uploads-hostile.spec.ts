import sharp from 'sharp';
import type { ApiAnswer } from '../support/api-client.js';
import { aFacePhoto } from '../support/face-photos.js';
import { aTaggedPhoto, CANARY, HOSTILE_IMAGES, UNUSUAL_PHOTOS } from '../support/hostile-images.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';
import { rawUpload } from '../support/raw-http.js';
import { keptImages, waitingUploads } from '../support/stored-files.js';

const STATUS = { UNREADABLE_IMAGE: 422, UNSUPPORTED_MEDIA_TYPE: 415 } as const;

let t: TestApp;
let personId: number;

beforeAll(async () => {
  t = await newTestApp();
});
beforeEach(async () => {
  personId = await t.api.aPerson();
});
afterEach(() => {
  expect(waitingUploads()).toEqual([]);
});
afterAll(() => t.close());

const upload = (bytes: Buffer, fields: Record<string, string> = {}): Promise<ApiAnswer> =>
  t.api.upload(`/persons/${personId}/faces`, [{ name: 'photo.jpg', bytes }], fields);

/** The images that were not kept before. */
async function newlyKept<T>(work: () => Promise<T>): Promise<{ answer: T; kept: Buffer[] }> {
  const before = keptImages(t.place.dataDir);
  const answer = await work();
  const after = [...keptImages(t.place.dataDir)];
  return { answer, kept: after.filter(([path]) => !before.has(path)).map(([, bytes]) => bytes) };
}

describe('a hostile file', () => {
  it.each(HOSTILE_IMAGES)('$what is refused within 5 seconds, and nothing of it is kept', async ({ bytes, code }) => {
    const file = await bytes();
    const startedMs = performance.now();
    const { answer, kept } = await newlyKept(() => upload(file));
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    expect(answer.status).toBe(STATUS[code]);
    expect(answer.body.details.files).toEqual([
      { file: 'photo.jpg', status: 'rejected', face_id: null, code, message: expect.any(String) },
    ]);
    expect(kept).toEqual([]);
  });

  it('spoils none of the good photos that come with it', async () => {
    const hostile = await Promise.all(
      HOSTILE_IMAGES.map(async ({ bytes, what }) => ({ name: what, bytes: await bytes() })),
    );
    const good = await Promise.all(
      [0, 1, 2].map(async (variant) => ({ name: `good ${variant}`, bytes: await aFacePhoto({ person: 5, variant }) })),
    );
    const { status, body } = await t.api.upload(`/persons/${personId}/faces`, [
      good[0]!,
      ...hostile,
      good[1]!,
      good[2]!,
    ]);
    expect(status).toBe(201);
    expect(body).toMatchObject({ total: hostile.length + 3, accepted: 3, rejected: hostile.length, pending: 0 });
    const codes = (body.files as { file: string; code: string | null }[]).map(({ file, code }) => [file, code]);
    expect(codes).toEqual([
      ['good 0', null],
      ...HOSTILE_IMAGES.map(({ what, code }) => [what, code]),
      ['good 1', null],
      ['good 2', null],
    ]);
  });

  it('makes the whole request 415 only when that is what is wrong with each file', async () => {
    const svg = { name: 'a.svg', bytes: Buffer.from('<svg/>') };
    const empty = { name: 'b.jpg', bytes: Buffer.alloc(0) };
    const both = await t.api.upload(`/persons/${personId}/faces`, [svg, empty]);
    expect(both).toMatchObject({ status: 422, body: { code: 'INSUFFICIENT_DATA', details: { files: [{}, {}] } } });
    expect(await t.api.upload(`/persons/${personId}/faces`, [svg, svg])).toMatchObject({ status: 415 });
  });
});

describe('an unusual photo', () => {
  it.each(UNUSUAL_PHOTOS.map((photo, index) => ({ ...photo, person: index * 3 })))(
    '$what is taken, and kept as a plain JPEG without anything else in it',
    async ({ bytes, person }) => {
      const source = await bytes(person);
      const { answer, kept } = await newlyKept(() => upload(source));
      expect(answer.body).toMatchObject({ accepted: 1, files: [{ status: 'accepted', code: null }] });
      expect(kept).toHaveLength(2);
      const served = await fetch(`${t.api.baseUrl}${answer.body.faces[0].image as string}`);
      for (const image of [...kept, Buffer.from(await served.arrayBuffer())]) {
        const { format, space, channels, depth, exif, icc, xmp, iptc, orientation } = await sharp(image).metadata();
        expect({ format, space, channels, depth }).toEqual({
          format: 'jpeg',
          space: 'srgb',
          channels: 3,
          depth: 'uchar',
        });
        expect([exif, icc, xmp, iptc, orientation]).toEqual([undefined, undefined, undefined, undefined, undefined]);
        expect(image.includes(CANARY)).toBe(false);
      }
    },
  );

  it('is one of which the source did tell the place', async () => {
    const source = await aTaggedPhoto(1);
    expect(source.includes(CANARY)).toBe(true);
    expect((await sharp(source).metadata()).exif?.length).toBeGreaterThan(100);
  });
});

describe('a photo that was taken with a turned camera', () => {
  const TURNED = { person: 40, faces: 3, width: 400, height: 240 } as const;

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('is kept upright when its orientation is %i', async (orientation) => {
    const upright = await sharp(await aFacePhoto({ ...TURNED, format: 'png' }))
      .raw()
      .toBuffer();
    const source = await aFacePhoto({ ...TURNED, orientation });
    const refused = await upload(source);
    expect(refused).toMatchObject({ status: 422, body: { details: { files: [{ code: 'SEVERAL_FACES' }] } } });
    const [box] = refused.body.details.files[0].boxes as Record<string, number>[];
    const chosen = [box!['x_min'], box!['y_min'], box!['x_max'], box!['y_max']].join(',');
    expect(await upload(source, { box: chosen })).toMatchObject({ status: 201 });
    // Orientations give the same pixels, so that some of the photos are one and the same file.
    const photos = [...keptImages(t.place.dataDir)]
      .filter(([path]) => path.includes('/photos/'))
      .map(([, bytes]) => bytes);
    const sizes = await Promise.all(photos.map(async (bytes) => ({ bytes, ...(await sharp(bytes).metadata()) })));
    expect(sizes.filter(({ width, height }) => width === TURNED.height && height === TURNED.width)).toEqual([]);
    const turned = sizes.filter(({ width, height }) => width === TURNED.width && height === TURNED.height);
    expect(turned.length).toBeGreaterThan(0);
    for (const { bytes } of turned) {
      expect(difference(upright, await sharp(bytes).raw().toBuffer())).toBeLessThan(4);
    }
  });

  /** Mean difference of two images, 0..255. */
  function difference(a: Buffer, b: Buffer): number {
    expect(a).toHaveLength(b.length);
    return a.reduce((sum, value, index) => sum + Math.abs(value - b[index]!), 0) / a.length;
  }
});

describe('the name of a file', () => {
  it.each([
    ['../../../etc/passwd', 'passwd'],
    ['..\\..\\windows\\system32\\a.jpg', 'a.jpg'],
    ['C:\\photos\\a.jpg', 'a.jpg'],
    ['/etc/shadow', 'shadow'],
    ['photo\u202egpj.exe', 'photogpj.exe'],
    ['a\tb.jpg', 'ab.jpg'],
    ['%0d%0aX-Injected: yes', 'X-Injected: yes'],
    ['李小龍 🙂.jpg', '李小龍 🙂.jpg'],
    ['<script>alert(1)<\\script>', 'script>'],
    ["'; DROP TABLE photo; --", "'; DROP TABLE photo; --"],
    [`${'x'.repeat(300)}.jpg`, `${'x'.repeat(251)}.jpg`],
    ['🙂'.repeat(300), '🙂'.repeat(255)],
    ['..', '..'],
    ['/', 'unnamed'],
    ['\u202e', 'unnamed'],
  ])('%j is shown as %j, and never becomes a path', async (name, shown) => {
    const bytes = await aFacePhoto({ person: 7, faces: 0, variant: name.length });
    const parts = [{ disposition: `name="files"; filename="${name.replaceAll('\\', '\\\\')}"`, bytes }];
    const answer = await rawUpload(t.api.baseUrl, `/persons/${personId}/faces`, parts);
    expect(answer?.body.details.files).toMatchObject([{ file: shown, code: 'NO_FACE' }]);
  });

  it('must not hold a NUL: the body counts as malformed then', async () => {
    const parts = [{ disposition: 'name="files"; filename="a\u0000b.jpg"', bytes: await aFacePhoto({ person: 7 }) }];
    const answer = await rawUpload(t.api.baseUrl, `/persons/${personId}/faces`, parts);
    expect(answer).toMatchObject({ status: 400, body: { details: { fields: [{ field: 'body' }] } } });
  });

  it('is read in each of the two ways in which clients write it', async () => {
    const bytes = await aFacePhoto({ person: 8, faces: 0 });
    for (const written of ['filename="Zoë.jpg"', "filename*=UTF-8''Zo%C3%AB.jpg"]) {
      const parts = [{ disposition: `name="files"; ${written}`, bytes }];
      const answer = await rawUpload(t.api.baseUrl, `/persons/${personId}/faces`, parts);
      expect(answer?.body.details.files).toMatchObject([{ file: 'Zoë.jpg' }]);
    }
  });
});
