import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { newTestApp, type TestApp } from '../support/new-test-app.js';
import { sendFile, train } from '../support/recognition-setup.js';

const FOLDER = join(dirname(require.resolve('@vladmandic/face-api/package.json')), 'demo');

interface Box {
  readonly x_min: number;
  readonly y_min: number;
  readonly x_max: number;
  readonly y_max: number;
}

describe('recognition with the embedded engine and real photos', () => {
  let t: TestApp;

  beforeAll(async () => {
    t = await newTestApp({ embedded: true });
  }, 60_000);
  afterAll(() => t.close());

  it('names those who are trained in another copy of a group photo, each once, and nobody else', async () => {
    const photo = { name: 'sample1.jpg', bytes: readFileSync(join(FOLDER, 'sample1.jpg')) };
    const anna = await t.api.aPerson('Anna');
    const found = await t.api.upload(`/persons/${anna}/faces`, [photo]);
    const boxes = found.body.details.files[0].boxes as Box[];
    expect(boxes.length).toBeGreaterThan(2);
    const ben = await t.api.aPerson('Ben');
    for (const [index, personId] of [anna, ben].entries()) {
      const { x_min, y_min, x_max, y_max } = boxes[index]!;
      const box = [x_min, y_min, x_max, y_max].join(',');
      expect(await t.api.upload(`/persons/${personId}/faces`, [photo], { box })).toMatchObject({ status: 201 });
      await train(t.api, personId);
    }
    const other = await sharp(photo.bytes)
      .resize({ width: 900 })
      .modulate({ brightness: 1.1 })
      .jpeg({ quality: 80 })
      .toBuffer();
    const { status, body } = await sendFile(t.api, other);
    expect(status).toBe(201);
    const persons = (body.faces as { person_id: number | null }[]).flatMap(({ person_id }) => person_id ?? []);
    expect(persons.sort((a, b) => a - b)).toEqual([anna, ben]);
    expect(body.faces.length).toBeGreaterThan(2);
  }, 120_000);
});
