import { rmSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { Database } from '../../src/database/database.js';
import { execute, select } from '../../src/database/sql.js';
import { QualityUpkeep } from '../../src/persons/quality/quality-upkeep.js';
import type { ApiAnswer, TestFile } from '../support/api-client.js';
import { databases } from '../support/databases.js';
import type { FaceRecord } from '../../src/persons/dto/face.dto.js';
import { eventually } from '../support/eventually.js';
import { aFacePhoto } from '../support/face-photos.js';
import { faults } from '../support/fake-compreface/faults.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';
import { minutes } from '../support/test-clock.js';

const DEFAULTS = {
  enabled: true,
  minFaceSide: 40,
  minSharpness: 28,
  minBrightness: 25,
  maxBrightness: 230,
  minContrast: 10,
  maxYaw: 45,
  maxPitch: 35,
};

/** For photos that are drawn: their faces are even areas with sharp edges, which fade when they are blurred. */
const LIMITS = { ...DEFAULTS, minSharpness: 200, minContrast: 0 };

describe.each(databases)('the quality gate on $name', (database) => {
  let t: TestApp;
  let look = 0;

  beforeAll(async () => {
    t = await newTestApp({ database });
    expect((await t.api.get('/quality/settings')).body).toEqual({ success: true, settings: DEFAULTS });
  });
  afterAll(() => t.close());
  beforeEach(async () => {
    // Looks that no other test uses: somebody who looks alike is a warning.
    look += 4;
    await t.api.put('/quality/settings', LIMITS);
  });

  const photo = async (variant = 0, person = look): Promise<TestFile> => ({
    name: `${variant}.jpg`,
    bytes: await aFacePhoto({ person, variant }),
  });
  const blurred = async (variant = 0): Promise<TestFile> => ({
    name: 'blurred.jpg',
    bytes: await sharp((await photo(variant)).bytes)
      .blur(14)
      .jpeg()
      .toBuffer(),
  });
  const upload = (personId: number, ...files: TestFile[]): Promise<ApiAnswer> =>
    t.api.upload(`/persons/${personId}/faces`, files);
  const faceIdOf = ({ body }: ApiAnswer): number => body.files[0].face_id as number;
  const faceOf = async (faceId: number): Promise<FaceRecord> =>
    (await t.api.get(`/faces/${faceId}`)).body.face as FaceRecord;
  const train = async (personId: number): Promise<ApiAnswer['body']> => {
    await t.api.post(`/persons/${personId}/queue-training`, { config: { minFacesThreshold: 1 } });
    return (await t.api.post('/training/process-queue')).body.results[0];
  };
  /** Makes faces look as they did before there was a quality gate. */
  const forget = (...faceIds: number[]): Promise<unknown> =>
    Promise.all(
      faceIds.map((id) =>
        execute(
          t.app.get(Database).reader,
          'UPDATE face SET quality = NULL, quality_refusal = NULL, exclusion = NULL WHERE id = ?',
          [id],
        ),
      ),
    );
  const measureAll = async (): Promise<void> => {
    while ((await t.app.get(QualityUpkeep).measureDue()) > 0);
  };

  it('says of a good face what was measured, and lets it be trained', async () => {
    const answer = await upload(await t.api.aPerson(), await photo());
    expect(answer).toMatchObject({ status: 201, body: { files: [{ code: null, message: 'The face was taken' }] } });
    const { eligible, quality } = await faceOf(faceIdOf(answer));
    expect({ eligible, ...quality }).toMatchObject({
      eligible: true,
      verdict: 'good',
      issues: [],
      train_anyway: false,
    });
    expect(quality.measures).toMatchObject({ yaw: 2.5, pitch: 1.5, roll: -0.5 });
    expect(quality.measures!.face_side).toBeGreaterThan(100);
    expect(quality.measures!.sharpness).toBeGreaterThan(LIMITS.minSharpness);
  });

  it('keeps a blurred face, does not train it, and says why', async () => {
    const personId = await t.api.aPerson();
    const answer = await upload(personId, await photo(), await blurred(1));
    expect(answer).toMatchObject({ status: 201, body: { accepted: 2, files: [{}, { code: 'POOR_QUALITY' }] } });
    expect(answer.body.files[1].message).toMatch(/kept, and not trained.*blurred/);
    const face = await faceOf(answer.body.files[1].face_id as number);
    expect(face).toMatchObject({
      eligible: false,
      excluded_because: 'poor_quality',
      quality: { verdict: 'refused', issues: [{ code: 'BLURRED', severity: 'refusal' }] },
    });
    expect((await t.api.get(`/persons/${personId}`)).body.person).toMatchObject({
      face_count: 2,
      training_face_count: 1,
    });
    expect(await train(personId)).toMatchObject({ status: 'completed', faces_added: 1 });
  });

  it('trains a refused face when somebody says so, and takes that back', async () => {
    const personId = await t.api.aPerson();
    const faceId = faceIdOf(await upload(personId, await blurred(), await photo(1)));
    const decided = await t.api.post(`/faces/${faceId}/train-anyway`);
    expect(decided).toMatchObject({
      status: 200,
      body: { face_id: faceId, eligible: true, quality: { verdict: 'would_refuse', train_anyway: true } },
    });
    expect((await t.api.post(`/faces/${faceId}/train-anyway`)).status).toBe(200);
    expect(await train(personId)).toMatchObject({ faces_added: 2 });
    const undone = await t.api.delete(`/faces/${faceId}/train-anyway`);
    expect(undone).toMatchObject({
      status: 200,
      body: { eligible: false, quality: { verdict: 'refused', train_anyway: false } },
    });
    expect(await train(personId)).toMatchObject({ status: 'completed', faces_removed: 1 });
  });

  it('keeps a decision to train when the limits change', async () => {
    const faceId = faceIdOf(await upload(await t.api.aPerson(), await blurred()));
    await t.api.post(`/faces/${faceId}/train-anyway`);
    await t.api.put('/quality/settings', { minSharpness: 10_000 });
    expect(await faceOf(faceId)).toMatchObject({ eligible: true, quality: { train_anyway: true } });
  });

  it('does not let "train anyway" lift what somebody marked invalid', async () => {
    const faceId = faceIdOf(await upload(await t.api.aPerson(), await photo()));
    await t.api.post(`/faces/${faceId}/mark-invalid`);
    expect((await t.api.post(`/faces/${faceId}/train-anyway`)).body.eligible).toBe(false);
  });

  it('warns of a face that is nearly identical to another, and trains both', async () => {
    const personId = await t.api.aPerson();
    const first = await photo();
    const firstId = faceIdOf(await upload(personId, first));
    const again = await sharp(first.bytes).jpeg({ quality: 80 }).toBuffer();
    const answer = await upload(personId, { name: 'again.jpg', bytes: again });
    expect(answer.body.files[0]).toMatchObject({ code: null, message: expect.stringMatching(`face ${firstId}`) });
    expect(answer.body.faces[0]).toMatchObject({
      eligible: true,
      quality: { verdict: 'warning', issues: [{ code: 'NEARLY_IDENTICAL', severity: 'warning' }] },
    });
  });

  it('warns of a face that looks more like somebody else, and says whom', async () => {
    const { personId: rightful } = await t.api.aPersonWithFaces(2, look);
    const { personId } = await t.api.aPersonWithFaces(2, look + 2);
    const answer = await upload(personId, await photo(9));
    expect(answer.body.faces[0]).toMatchObject({
      eligible: true,
      quality: { verdict: 'warning', issues: [{ code: 'LOOKS_LIKE_SOMEBODY_ELSE' }] },
    });
    expect(answer.body.faces[0].quality.issues[0].message).toMatch(`person ${rightful} `);
    expect((await upload(rightful, await photo(9))).body.faces[0].quality.verdict).not.toBe('refused');
  });

  it('judges by the limits of the installation', async () => {
    const strict = await t.api.put('/quality/settings', { maxYaw: 2, maxPitch: 1 });
    expect(strict).toMatchObject({ status: 200, body: { settings: { ...LIMITS, maxYaw: 2, maxPitch: 1 } } });
    expect((await t.api.get('/quality/settings')).body.settings).toMatchObject({ maxYaw: 2 });
    const { body } = await upload(await t.api.aPerson(), await photo());
    expect(body.faces[0].quality).toMatchObject({ verdict: 'refused', issues: [{ code: 'TURNED_AWAY' }] });
  });

  it('judges all faces anew when the limits change, and takes nothing out that may be trained', async () => {
    const trained = await t.api.aPersonWithFaces(1, look);
    await train(trained.personId);
    const untrained = await t.api.aPersonWithFaces(1, look + 2);
    const strict = await t.api.put('/quality/settings', { minSharpness: 10_000 });
    expect(strict.body.excluded).toBeGreaterThanOrEqual(1);
    expect(await faceOf(trained.faceIds[0]!)).toMatchObject({ eligible: true, quality: { verdict: 'would_refuse' } });
    expect(await faceOf(untrained.faceIds[0]!)).toMatchObject({ eligible: false, quality: { verdict: 'refused' } });
    const mild = await t.api.put('/quality/settings', LIMITS);
    expect(mild.body.admitted).toBe(strict.body.excluded);
    for (const faceId of [trained.faceIds[0]!, untrained.faceIds[0]!]) {
      expect(await faceOf(faceId)).toMatchObject({ eligible: true, quality: { verdict: 'good' } });
    }
  });

  it('holds nothing back while it is off, and shows the verdict all the same', async () => {
    await t.api.put('/quality/settings', { enabled: false });
    const { body } = await upload(await t.api.aPerson(), await blurred());
    expect(body.faces[0]).toMatchObject({ eligible: true, quality: { verdict: 'would_refuse' } });
  });

  it.each([
    [{ minBrightness: 230 }, 'minBrightness'],
    [{ maxYaw: 91 }, 'maxYaw'],
    [{ minSharpnes: 3 }, 'minSharpnes'],
  ])('refuses limits that make no sense: %j', async (limits, field) => {
    const { status, body } = await t.api.put('/quality/settings', limits);
    expect({ status, field: body.details.fields[0].field }).toEqual({ status: 400, field });
    expect((await t.api.get('/quality/settings')).body.settings).toEqual(LIMITS);
  });

  it('measures the faces that came in before it, and takes none out of which the person was trained', async () => {
    const trained = await t.api.aPerson();
    const old = [faceIdOf(await upload(trained, await photo()))];
    await train(trained);
    const untrained = await t.api.aPerson();
    for (const [personId, file] of [
      [trained, await blurred(1)],
      [untrained, await photo(2)],
      [untrained, await blurred(3)],
    ] as const) {
      old.push(faceIdOf(await upload(personId, file)));
    }
    const before = await Promise.all(old.map(async (id) => (await faceOf(id)).quality.measures));
    await forget(...old);
    expect((await faceOf(old[0]!)).quality.verdict).toBe('not_measured');
    await measureAll();
    const faces = await Promise.all(old.map(faceOf));
    expect(faces.map(({ eligible, quality }) => `${quality.verdict} ${eligible}`)).toEqual([
      expect.stringMatching(/^(good|warning) true$/),
      'would_refuse true',
      expect.stringMatching(/^(good|warning) true$/),
      'refused false',
    ]);
    faces.forEach(({ quality }, index) => {
      expect(Math.abs(quality.measures!.brightness - before[index]!.brightness)).toBeLessThan(3);
    });
  });

  it('shows how good the photos of a person are, worst first', async () => {
    const personId = await t.api.aPerson();
    const first = await photo();
    const again = { name: 'again.jpg', bytes: await sharp(first.bytes).jpeg({ quality: 80 }).toBuffer() };
    const ids: number[] = [];
    for (const file of [first, again, await blurred(1)]) ids.push(faceIdOf(await upload(personId, file)));
    const { body } = await t.api.get(`/persons/${personId}/quality?limit=2`);
    expect(body).toMatchObject({
      person_id: personId,
      total: 3,
      verdicts: { good: 1, warning: 1, refused: 1, would_refuse: 0, not_measured: 0 },
      nearly_identical: expect.arrayContaining([{ face_id: ids[1], nearly_identical_to: ids[0] }]),
      faces: [{ face_id: ids[2], eligible: false, quality: { verdict: 'refused' } }, { face_id: ids[1] }],
    });
    expect(body.faces).toHaveLength(2);
    expect((await t.api.get(`/persons/${personId}/quality?limit=2&page=2`)).body.faces).toMatchObject([
      { face_id: ids[0], eligible: true },
    ]);
    expect((await t.api.get('/persons/2147483647/quality')).status).toBe(404);
  });

  it('is not held up by a photo that is missing', async () => {
    const [lost, kept] = await t.api.addFaces(await t.api.aPerson(), 2, look);
    const [row] = await select<{ hash: string }>(
      t.app.get(Database).reader,
      'SELECT p.content_hash AS hash FROM photo p JOIN face f ON f.photo_id = p.id WHERE f.id = ?',
      [lost!],
    );
    rmSync(join(t.place.dataDir, 'photos', row!.hash.slice(0, 2), `${row!.hash}.jpg`));
    await forget(lost!, kept!);
    await measureAll();
    expect((await faceOf(lost!)).quality.verdict).toBe('not_measured');
    expect((await faceOf(kept!)).quality.verdict).not.toBe('not_measured');
  });

  it('judges a photo that waited for CompreFace, too', async () => {
    const personId = await t.api.aPerson();
    await t.fake.script({ route: 'recognize', ...faults.coreRefused });
    const waiting = (await upload(personId, await blurred())).body.files[0].face_id as number;
    await t.fake.clearScript();
    await eventually(async () => {
      t.clock.advance(minutes(1));
      expect(await faceOf(waiting)).toMatchObject({
        state: 'ready',
        eligible: false,
        quality: { verdict: 'refused', issues: [{ code: 'BLURRED' }] },
      });
    }, 15_000);
  });
});
