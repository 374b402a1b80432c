import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { placeInCrop, cropFace } from '../photos/photo-image.js';
import { measureFace } from './face-measures.js';
import { DEFAULT_LIMITS, issuesOf } from './quality-rules.js';

/** A face in a real photo, as the embedded engine finds it. */
const PHOTO = join(dirname(require.resolve('@vladmandic/face-api/package.json')), 'demo/sample1.jpg');
const BOX = { xMin: 1475, yMin: 199, xMax: 1676, yMax: 436, probability: 0.99 };
const FACE = { box: BOX, landmarks: null, pose: { yaw: -6.4, pitch: 0.2, roll: 1 } };

async function measured(change: (photo: Sharp) => Sharp): Promise<Awaited<ReturnType<typeof measureFace>>> {
  return measureFace(
    await change(sharp(readFileSync(PHOTO)))
      .jpeg({ quality: 92 })
      .toBuffer(),
    BOX,
    FACE,
  );
}

describe('the measures of a real face', () => {
  it('find nothing wrong with a good photo', async () => {
    const measures = await measured((photo) => photo);
    expect(measures).toMatchObject({ face_side: 201, yaw: -6.4, pitch: 0.2, roll: 1, probability: 0.99 });
    expect(issuesOf(measures, null, DEFAULT_LIMITS)).toEqual([]);
  });

  it('fall in sharpness with every bit of blur', async () => {
    const sharpness: number[] = [];
    for (const sigma of [0.5, 1, 2, 4, 8]) sharpness.push((await measured((photo) => photo.blur(sigma))).sharpness);
    expect(sharpness).toEqual([...sharpness].sort((a, b) => b - a));
    expect(sharpness.at(-1)).toBeLessThan(sharpness[0]! / 10);
  });

  it.each<[string, string, (photo: Sharp) => Sharp]>([
    ['BLURRED', 'blurred', (photo) => photo.blur(6)],
    ['TOO_DARK', 'darkened to a tenth', (photo) => photo.linear(0.1, 0)],
    ['TOO_BRIGHT', 'overexposed', (photo) => photo.linear(2.5, 60)],
    ['LOW_CONTRAST', 'flattened', (photo) => photo.linear(0.15, 110)],
  ])('show %s when it is %s', async (code, _what, change) => {
    const issues = issuesOf(await measured(change), null, DEFAULT_LIMITS);
    expect(issues.map((issue) => issue.code)).toContain(code);
  });

  it('do not depend on how large the photo is', async () => {
    const { width, height } = await sharp(PHOTO).metadata();
    const [full, half] = [await measured((photo) => photo), { ...BOX }];
    const small = await sharp(PHOTO)
      .resize(width / 2, height / 2)
      .jpeg({ quality: 95 })
      .toBuffer();
    for (const corner of ['xMin', 'yMin', 'xMax', 'yMax'] as const) half[corner] = BOX[corner] / 2;
    const { sharpness, brightness, contrast } = await measureFace(small, half, { ...FACE, box: half });
    expect(sharpness / full.sharpness).toBeGreaterThan(0.6);
    expect(sharpness / full.sharpness).toBeLessThan(1.6);
    expect(Math.abs(brightness - full.brightness)).toBeLessThan(2);
    expect(Math.abs(contrast - full.contrast)).toBeLessThan(2);
  });

  it('are the same in the photo and in the crop of it', async () => {
    const { width, height } = await sharp(PHOTO).metadata();
    const photo = { jpeg: readFileSync(PHOTO), width, height };
    const inCrop = await measureFace(await cropFace(photo, BOX, []), placeInCrop(photo, BOX, []), FACE);
    const inPhoto = await measureFace(photo.jpeg, BOX, FACE);
    expect(inCrop.face_side).toBe(inPhoto.face_side);
    expect(Math.abs(inCrop.brightness - inPhoto.brightness)).toBeLessThan(2);
    expect(inCrop.sharpness / inPhoto.sharpness).toBeCloseTo(1, 0);
  });
});
