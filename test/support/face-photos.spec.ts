import sharp from 'sharp';
import { FaceDetector, type DetectedFace } from './fake-compreface/detected-faces.js';
import { calculators, similarity } from './fake-compreface/similarity.js';
import { aFacePhoto, PERSON_COUNT, type FacePhotoOptions, type PhotoMark } from './face-photos.js';

const { c0, c1 } = calculators['insightface.Calculator@arcface_mobilefacenet'];
const detect = (photo: Buffer): Promise<readonly DetectedFace[]> => new FaceDetector().detect(photo);
const alike = (a: DetectedFace, b: DetectedFace): number => similarity(a.embedding, b.embedding, { c0, c1 });

async function onlyFace(photo: Buffer): Promise<DetectedFace> {
  const faces = await detect(photo);
  expect(faces).toHaveLength(1);
  return faces[0]!;
}

async function faceOf(options: FacePhotoOptions): Promise<DetectedFace> {
  return onlyFace(await aFacePhoto(options));
}

async function cropWithMargin(photo: Buffer, { box }: DetectedFace): Promise<Buffer> {
  const { width, height } = await sharp(photo).metadata();
  const margin = 0.4 * (box.x_max - box.x_min);
  const left = Math.max(0, Math.round(box.x_min - margin));
  const top = Math.max(0, Math.round(box.y_min - margin));
  const region = {
    left,
    top,
    width: Math.min(width, Math.round(box.x_max + margin)) - left,
    height: Math.min(height, Math.round(box.y_max + margin)) - top,
  };
  return sharp(photo).extract(region).jpeg({ quality: 80 }).toBuffer();
}

describe('a synthetic face photo', () => {
  it('is the same bytes for the same options', async () => {
    expect(await aFacePhoto({ person: 7, variant: 3 })).toEqual(await aFacePhoto({ person: 7, variant: 3 }));
  });

  it('differs in bytes for each variant, also after cropping', async () => {
    const photos = await Promise.all(Array.from({ length: 60 }, (_, variant) => aFacePhoto({ person: 5, variant })));
    const crops = await Promise.all(photos.map(async (photo) => cropWithMargin(photo, await onlyFace(photo))));
    expect(new Set(crops.map((crop) => crop.toString('base64'))).size).toBe(60);
  });

  it('looks like the same person in every variant and like nobody else, for all persons', async () => {
    const people = await Promise.all(
      Array.from({ length: PERSON_COUNT }, async (_, person) => [
        await faceOf({ person, variant: 1 }),
        await faceOf({ person, variant: 2 }),
      ]),
    );
    for (const [index, [first, second]] of people.entries()) {
      expect(alike(first!, second!)).toBeGreaterThan(0.99);
      for (const [other] of people.slice(index + 1)) expect(alike(first!, other!)).toBeLessThan(0.25);
    }
  });

  it('stays the same person when it is cropped with 40 % margin and saved as JPEG of quality 80', async () => {
    for (let person = 0; person < PERSON_COUNT; person += 7) {
      const photo = await aFacePhoto({ person, width: 640, height: 480 });
      const face = await onlyFace(photo);
      expect(alike(face, await onlyFace(await cropWithMargin(photo, face)))).toBeGreaterThan(0.99);
    }
  });

  it('can look like two persons at once', async () => {
    const between = await faceOf({ person: 20.5 });
    for (const person of [20, 21]) {
      const score = alike(between, await faceOf({ person }));
      expect(score).toBeGreaterThan(0.9);
      expect(score).toBeLessThan(0.99999);
    }
  });

  it.each([0, 1, 2, 5, 9])('shows %i faces, and each crop shows one', async (faces) => {
    const photo = await aFacePhoto({ person: 10, faces, width: 900, height: 700 });
    const found = await detect(photo);
    expect(found).toHaveLength(faces);
    for (const face of found) await onlyFace(await cropWithMargin(photo, face));
  });

  it('shows exactly the persons that are asked for', async () => {
    const found = await detect(await aFacePhoto({ person: 40, faces: [40, 60], width: 800 }));
    const wanted = [await faceOf({ person: 40 }), await faceOf({ person: 60 })];
    for (const face of wanted) expect(found.filter((one) => alike(one, face) > 0.99)).toHaveLength(1);
  });

  it('gives landmarks inside a box that fits the disc', async () => {
    const { box, landmarks, probability } = await faceOf({ person: 3, width: 1000, height: 600 });
    expect(probability).toBe(0.99);
    expect((box.x_max - box.x_min) / (box.y_max - box.y_min)).toBeCloseTo(1, 1);
    expect(landmarks).toHaveLength(5);
    for (const [x, y] of landmarks) {
      expect(x > box.x_min && x < box.x_max && y > box.y_min && y < box.y_max).toBe(true);
    }
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('is upright for a reader of EXIF orientation %i', async (orientation) => {
    const wanted = { person: 30, faces: [30, 50], width: 500, height: 300 };
    const photo = await aFacePhoto({ ...wanted, orientation });
    const plain = await detect(await aFacePhoto(wanted));
    const found = await detect(photo);
    expect((await sharp(photo).metadata()).orientation ?? 1).toBe(orientation);
    for (const face of plain) {
      const same = found.find((one) => alike(one, face) > 0.99);
      expect(Math.abs(same!.box.x_min - face.box.x_min)).toBeLessThanOrEqual(4);
      expect(Math.abs(same!.box.y_min - face.box.y_min)).toBeLessThanOrEqual(4);
    }
  });

  it.each(['png', 'webp', 'tiff', 'gif'] as const)('can be a %s', async (format) => {
    const photo = await aFacePhoto({ person: 12, format });
    expect((await sharp(photo).metadata()).format).toBe(format);
    expect(alike(await onlyFace(photo), await faceOf({ person: 12 }))).toBeGreaterThan(0.99);
  });

  it.each<PhotoMark>(['crashes', 'crashes-when-added', 'no-face-when-added', 'undefined-when-added'])(
    'carries the mark "%s" through a crop',
    async (mark) => {
      const photo = await aFacePhoto({ person: 44, mark, width: 640, height: 640 });
      const face = await onlyFace(photo);
      expect(face.mark).toBe(mark);
      expect((await onlyFace(await cropWithMargin(photo, face))).mark).toBe(mark);
    },
  );

  it('carries no mark unless asked', async () => {
    expect((await faceOf({ person: 44 })).mark).toBeNull();
  });

  it('refuses a person it cannot draw', async () => {
    await expect(aFacePhoto({ person: PERSON_COUNT })).rejects.toThrow(RangeError);
  });
});
