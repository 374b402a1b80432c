import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import {
  type AnalysedFace,
  type AnalyseOptions,
  type Analysis,
  SIMILARITY,
  UnreadableImageError,
} from './face-analyser.js';
import { weightsFolder } from './networks/weights.js';
import { normalisedDistance, similarity } from '../../similarity.js';
import { WorkerFaceAnalyser } from './worker-face-analyser.js';

const EVERYTHING: AnalyseOptions = {
  detectionThreshold: 0.5,
  plugins: new Set(['calculator', 'landmarks', 'pose', 'age', 'gender']),
};
const EMBEDDING: AnalyseOptions = { detectionThreshold: 0.5, plugins: new Set(['calculator']) };
const BOXES: AnalyseOptions = { detectionThreshold: 0.5, plugins: new Set() };

/** One of the six group photos that come with the package of the weights. */
function group(number: number): Buffer {
  return readFileSync(join(weightsFolder(), `../demo/sample${number}.jpg`));
}

/** The face whose box has its left edge nearest to `x`. */
function faceAt({ faces }: Analysis, x: number): AnalysedFace {
  const [nearest] = faces.toSorted((a, b) => Math.abs(a.box.xMin - x) - Math.abs(b.box.xMin - x));
  if (nearest === undefined) throw new Error('No face');
  return nearest;
}

function embeddingOf(face: AnalysedFace | undefined): Float32Array {
  if (!face?.embedding) throw new Error('No embedding');
  return face.embedding;
}

/** The left face of the third photo, with a margin in parts of its size. */
async function cropOfThird(margin: number): Promise<sharp.Sharp> {
  const [left, top, width, height] = [585, 331, 198, 269];
  const room = Math.round(margin * width);
  const area = { left: left - room, top: top - room, width: width + 2 * room, height: height + 2 * room };
  return sharp(await sharp(group(3)).extract(area).toBuffer());
}

// A busy machine takes several times as long as an idle one.
jest.setTimeout(60_000);

describe('the recognition models', () => {
  const analyser = new WorkerFaceAnalyser({ workers: 1, runLimitMs: 60_000, waitLimitMs: 120_000 });
  afterAll(() => analyser.close());

  it('find every face of six group photos', async () => {
    const counts = [];
    for (const number of [1, 2, 3, 4, 5, 6]) {
      const { faces } = await analyser.analyse(group(number), BOXES);
      counts.push(faces.length);
    }
    expect(counts).toEqual([3, 3, 3, 4, 5, 4]);
  });

  it('describe a face: box, 68 landmarks in and around it, embedding, pose, age, gender', async () => {
    const { width, height, faces, millis } = await analyser.analyse(group(3), EVERYTHING);
    expect([width, height]).toEqual([1920, 1350]);
    const { box, landmarks, embedding, pose, age, gender } = faceAt({ width, height, faces, millis }, 585);
    // Read off the photo by eye.
    expect([box.xMin, box.yMin, box.xMax, box.yMax].map((value) => Math.round(value / 50))).toEqual([12, 7, 16, 12]);
    expect(landmarks).toHaveLength(68);
    const nose = landmarks[30] ?? [0, 0];
    expect(Math.hypot(nose[0] - 660, nose[1] - 488)).toBeLessThan(15);
    expect(Math.hypot(...(embedding ?? []))).toBeCloseTo(1.45, 0);
    expect(Math.abs(pose?.roll ?? NaN)).toBeLessThan(15);
    expect(gender).toMatchObject({ value: 'female' });
    expect(gender?.probability).toBeGreaterThan(0.5);
    expect(age?.low).toBeLessThan(age?.high ?? 0);
    expect(Object.keys(millis).toSorted()).toEqual(['agegender', 'calculator', 'decoder', 'detector', 'landmarks']);
  });

  it('put the biggest face first', async () => {
    const { faces } = await analyser.analyse(group(4), BOXES);
    const areas = faces.map(({ box }) => (box.xMax - box.xMin) * (box.yMax - box.yMin));
    expect(areas).toEqual(areas.toSorted((a, b) => b - a));
  });

  it('leave out what was not asked for', async () => {
    const [face] = (await analyser.analyse(await (await cropOfThird(0.5)).toBuffer(), EMBEDDING)).faces;
    expect(face).toMatchObject({ pose: null, age: null, gender: null });
    expect(face?.embedding).toHaveLength(128);
  });

  it('describe no more faces than wanted, and name the place of the others', async () => {
    const { faces } = await analyser.analyse(group(4), { ...EVERYTHING, maxFaces: 1 });
    expect(faces.map(({ embedding }) => embedding !== null)).toEqual([true, false, false, false]);
    expect(faces.map(({ landmarks }) => landmarks.length)).toEqual([68, 0, 0, 0]);
    expect(faces.every(({ box }) => box.xMax > box.xMin)).toBe(true);
  });

  it('keep faces whose probability is strictly above the threshold', async () => {
    const all = await analyser.analyse(group(2), BOXES);
    const least = Math.min(...all.faces.map(({ box }) => box.probability));
    const above = await analyser.analyse(group(2), { ...BOXES, detectionThreshold: least });
    expect(above.faces).toHaveLength(all.faces.length - 1);
  });

  it('bring one person of two photos closer together than any two different people of two photos', async () => {
    const seen: { photo: number; face: AnalysedFace }[] = [];
    for (const photo of [1, 3, 5, 6]) {
      const { faces } = await analyser.analyse(group(photo), EMBEDDING);
      seen.push(...faces.map((face) => ({ photo, face })));
    }
    const at = (photo: number, x: number) =>
      faceAt({ width: 0, height: 0, millis: {}, faces: seen.filter((s) => s.photo === photo).map((s) => s.face) }, x);
    const [inFirst, inThird] = [at(1, 1474), at(3, 1073)];
    const same = normalisedDistance(embeddingOf(inFirst), embeddingOf(inThird));
    const others = seen.flatMap((a) =>
      seen
        .filter((b) => a.photo < b.photo && !(a.face === inFirst && b.face === inThird))
        .map((b) => normalisedDistance(embeddingOf(a.face), embeddingOf(b.face))),
    );
    expect(others).toHaveLength(3 * 3 + 3 * 5 + 3 * 4 + 3 * 5 + 3 * 4 + 5 * 4 - 1);
    expect(same).toBeLessThan(Math.min(...others));
    expect(similarity(embeddingOf(inFirst), embeddingOf(inThird), SIMILARITY)).toBeGreaterThan(0.9);
  });

  it.each([0, 0.25, 1])('find a face that fills its image but for a margin of %f of its width', async (margin) => {
    const { faces } = await analyser.analyse(await (await cropOfThird(margin)).jpeg().toBuffer(), BOXES);
    expect(faces).toHaveLength(1);
  });

  it('find every face of the group photos again in a crop of it with 40 % margin', async () => {
    for (const number of [2, 4]) {
      const { width, height, faces } = await analyser.analyse(group(number), BOXES);
      for (const { box } of faces) {
        const margin = 0.4 * Math.max(box.xMax - box.xMin, box.yMax - box.yMin);
        const [left, top] = [Math.max(0, Math.round(box.xMin - margin)), Math.max(0, Math.round(box.yMin - margin))];
        const right = Math.min(width, Math.round(box.xMax + margin));
        const bottom = Math.min(height, Math.round(box.yMax + margin));
        const area = { left, top, width: right - left, height: bottom - top };
        const crop = await sharp(group(number)).extract(area).jpeg().toBuffer();
        expect((await analyser.analyse(crop, BOXES)).faces.length).toBeGreaterThanOrEqual(1);
      }
    }
  });

  it('see the same face in an image that an EXIF tag sets upright', async () => {
    const upright = await (await cropOfThird(1)).png().toBuffer();
    const turned = await sharp(upright).rotate(-90).withMetadata({ orientation: 6 }).png().toBuffer();
    const [baked, tagged] = [await analyser.analyse(upright, EMBEDDING), await analyser.analyse(turned, EMBEDDING)];
    expect([tagged.width, tagged.height]).toEqual([baked.width, baked.height]);
    for (const edge of ['xMin', 'yMin', 'xMax', 'yMax'] as const) {
      expect(tagged.faces[0]?.box[edge]).toBeCloseTo(baked.faces[0]?.box[edge] ?? NaN, 3);
    }
    expect(normalisedDistance(embeddingOf(tagged.faces[0]), embeddingOf(baked.faces[0]))).toBeLessThan(1e-3);
  });

  it('turn the roll, and nothing else to speak of, when the image is turned', async () => {
    const upright = await (await cropOfThird(1)).png().toBuffer();
    const leaning = await sharp(upright).rotate(20, { background: '#888' }).png().toBuffer();
    const [before, after] = [await analyser.analyse(upright, EVERYTHING), await analyser.analyse(leaning, EVERYTHING)];
    const [a, b] = [before.faces[0], after.faces[0]];
    expect(Math.abs((b?.pose?.roll ?? NaN) - (a?.pose?.roll ?? NaN) - 20)).toBeLessThan(4);
    expect(similarity(embeddingOf(a), embeddingOf(b), SIMILARITY)).toBeGreaterThan(0.99);
  });

  it('see a mirrored face look to the other side', async () => {
    const image = await sharp(group(5)).extract({ left: 480, top: 320, width: 400, height: 450 }).png().toBuffer();
    const mirrored = await sharp(image).flop().png().toBuffer();
    const [a] = (await analyser.analyse(image, EVERYTHING)).faces;
    const [b] = (await analyser.analyse(mirrored, EVERYTHING)).faces;
    expect(Math.abs(a?.pose?.yaw ?? 0)).toBeGreaterThan(10);
    expect(Math.abs((a?.pose?.yaw ?? NaN) + (b?.pose?.yaw ?? NaN))).toBeLessThan(10);
  });

  it('take the pixels of a small face in a large photo from the full photo', async () => {
    const face = await (await cropOfThird(1)).png().toBuffer();
    const { width, height } = await sharp(face).metadata();
    const wall = { create: { width: 4000, height: 3000, channels: 3 as const, background: '#887766' } };
    const large = await sharp(wall)
      .composite([{ input: face, left: 1500, top: 900 }])
      .jpeg({ quality: 95 })
      .toBuffer();
    const shrunk = await sharp(large).resize(1280).jpeg({ quality: 95 }).toBuffer();
    const reference = embeddingOf((await analyser.analyse(face, EMBEDDING)).faces[0]);
    const [inLarge] = (await analyser.analyse(large, EMBEDDING)).faces;
    const [inShrunk] = (await analyser.analyse(shrunk, EMBEDDING)).faces;
    const fromLarge = normalisedDistance(embeddingOf(inLarge), reference);
    expect(fromLarge).toBeLessThan(0.15);
    expect(fromLarge).toBeLessThan(normalisedDistance(embeddingOf(inShrunk), reference));
    const middle = [1500 + width / 2, 900 + height / 2];
    const { xMin = 0, xMax = 0, yMin = 0, yMax = 0 } = inLarge?.box ?? {};
    expect(Math.hypot((xMin + xMax) / 2 - (middle[0] ?? 0), (yMin + yMax) / 2 - (middle[1] ?? 0))).toBeLessThan(40);
  });

  it.each(['#000', '#fff', '#5a7'])('find nobody in a plain image (%s)', async (background) => {
    const plain = await sharp({ create: { width: 300, height: 200, channels: 3, background } })
      .png()
      .toBuffer();
    expect((await analyser.analyse(plain, EVERYTHING)).faces).toEqual([]);
  });

  it('survive an image without extent in one direction', async () => {
    const line = await sharp({ create: { width: 3000, height: 1, channels: 3, background: '#abc' } })
      .png()
      .toBuffer();
    expect(await analyser.analyse(line, EVERYTHING)).toMatchObject({ width: 3000, height: 1, faces: [] });
  });

  it('answer to a threshold of 0 with some boxes, not thousands', async () => {
    const image = await (await cropOfThird(0.5)).resize(200).toBuffer();
    const { faces } = await analyser.analyse(image, { detectionThreshold: 0, plugins: new Set(), maxFaces: 1 });
    expect(faces.length).toBeGreaterThan(0);
    expect(faces.length).toBeLessThanOrEqual(500);
  });

  it('are back after their process was killed in the middle of its work', async () => {
    const image = await (await cropOfThird(1)).toBuffer();
    for (const round of [1, 2, 3]) {
      const another = new WorkerFaceAnalyser({ workers: 1, runLimitMs: 60_000 });
      expect([round, (await another.analyse(image, BOXES)).faces.length]).toEqual([round, 1]);
      const underWay = another.analyse(group(5), EVERYTHING).catch((error: unknown) => error);
      await another.close();
      expect(await underWay).toHaveProperty('message', 'The face analyser is closed');
    }
  });

  it('say of broken bytes that they are unreadable, and go on', async () => {
    await expect(analyser.analyse(Buffer.from('no photo'), BOXES)).rejects.toBeInstanceOf(UnreadableImageError);
    expect((await analyser.analyse(await (await cropOfThird(1)).toBuffer(), BOXES)).faces).toHaveLength(1);
  });
});
