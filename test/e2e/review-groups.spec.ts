import { Database } from '../../src/database/database.js';
import { execute } from '../../src/database/sql.js';
import { packEmbedding } from '../../src/persons/embedding.js';
import { databases } from '../support/databases.js';
import { facesOfNobody } from '../support/decided-faces.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';

/** The fake's. */
const CALCULATOR = 'insightface.Calculator@arcface_mobilefacenet';

interface Group {
  readonly size: number;
  readonly middle_face_id: number;
  readonly face_ids: number[];
  readonly faces: { readonly id: number }[];
  readonly least_similarity: number;
}

describe.each(databases)('faces that look alike, on $name,', (database) => {
  let t: TestApp;
  let look = 0;
  beforeAll(async () => {
    t = await newTestApp({ database });
  });
  beforeEach(async () => {
    look += 2;
    await sql('DELETE FROM face_embedding');
  });
  afterAll(() => t.close());

  const sql = (text: string): Promise<number> => execute(t.app.get(Database).reader, text);
  const groups = async (query = ''): Promise<Group[]> =>
    (await t.api.get(`/faces/groups${query}`)).body.groups as Group[];
  const sorted = (ids: readonly number[]): number[] => [...ids].sort((a, b) => a - b);
  const personsCalled = async (name: string): Promise<unknown> =>
    (await t.api.get(`/persons?search=${name}`)).body.total;

  describe('to one', () => {
    it('are listed, best first, with whose they are and as similar as CompreFace says', async () => {
      const { personId, faceIds } = await t.api.aPersonWithFaces(3, look, `Alike ${look}`);
      const [stranger = 0] = await facesOfNobody(t, look + 1);
      const { status, body } = await t.api.get(`/faces/${faceIds[0]!}/similar`);
      expect({ status, body }).toMatchObject({
        status: 200,
        body: { count: 3, compared: 3, complete: true, calculator: CALCULATOR },
      });
      const [first, second, last] = body.faces;
      expect(sorted([first.id as number, second.id as number])).toEqual(sorted(faceIds.slice(1)));
      expect(first).toMatchObject({ person: { person_id: personId, name: `Alike ${look}` } });
      expect(first.similarity).toBeGreaterThan(0.95);
      expect(first.similarity).toBeGreaterThanOrEqual(second.similarity as number);
      expect(last).toMatchObject({ id: stranger, person: null });
      // At right angles, at a distance of 1.414: (tanh((1.2654 - 1.4142) * 5.5521) + 1) / 2 = 0.16, give or take the photos' light.
      expect(last.similarity).toBeGreaterThan(0.1);
      expect(last.similarity).toBeLessThan(0.25);
      expect((await t.api.get(`/faces/${faceIds[0]!}/similar?limit=1`)).body).toMatchObject({ count: 1, compared: 3 });
    });

    it('are compared by one calculator only, the one that most faces have', async () => {
      const { faceIds } = await t.api.aPersonWithFaces(3, look);
      await t.app.get(Database).write(async (em) => {
        for (const id of faceIds.slice(0, 2)) {
          await execute(em, 'INSERT INTO face_embedding (face_id, calculator, vector) VALUES (?, ?, ?)', [
            id,
            'insightface.Calculator@arcface_r100_v1',
            packEmbedding([1, 2, 3]),
          ]);
        }
      });
      expect((await t.api.get(`/faces/${faceIds[0]!}/similar`)).body).toMatchObject({
        compared: 2,
        calculator: CALCULATOR,
      });
      await sql(`DELETE FROM face_embedding WHERE calculator = '${CALCULATOR}'`);
      const { body } = await t.api.get(`/faces/${faceIds[0]!}/similar`);
      expect(body).toMatchObject({ count: 1, faces: [{ id: faceIds[1] }] });
      expect(body.faces[0].similarity).toBeCloseTo(1, 5);
    });

    it('are not guessed at without an embedding of a model that is known', async () => {
      const { faceIds } = await t.api.aPersonWithFaces(1, look);
      await sql(`UPDATE face_embedding SET calculator = 'some.Other'`);
      expect(await t.api.get(`/faces/${faceIds[0]!}/similar`)).toMatchObject({
        status: 422,
        body: { code: 'INSUFFICIENT_DATA', details: { face_id: faceIds[0] } },
      });
      await sql('DELETE FROM face_embedding');
      expect(await t.api.get(`/faces/${faceIds[0]!}/similar`)).toMatchObject({ status: 422 });
    });
  });

  describe('and that nobody has named', () => {
    it('are grouped, the largest group first; faces with a person, and single ones, are in none', async () => {
      const small = await facesOfNobody(t, look, 2);
      const large = await facesOfNobody(t, look + 1, 3);
      await facesOfNobody(t, look + 40, 1);
      await t.api.aPersonWithFaces(2, look);
      const { body } = await t.api.get('/faces/groups');
      expect(body).toMatchObject({
        count: 2,
        totalCount: 2,
        compared: 6,
        complete: true,
        minSimilarity: 0.95,
        calculator: CALCULATOR,
      });
      const [first, second] = body.groups as Group[];
      expect([sorted(first!.face_ids), sorted(second!.face_ids)]).toEqual([sorted(large), sorted(small)]);
      expect(first).toMatchObject({ size: 3, middle_face_id: first!.face_ids[0] });
      expect(first!.faces.map(({ id }) => id)).toEqual(first!.face_ids);
      expect(first!.least_similarity).toBeGreaterThanOrEqual(0.95);
      expect((await groups('?minSize=3')).map(({ size }) => size)).toEqual([3]);
      expect((await groups('?limit=1')).map(({ size }) => size)).toEqual([3]);
    });

    it('are grouped only when they are as similar as asked for', async () => {
      const faceIds = await facesOfNobody(t, look, 2);
      // At 65 degrees, a distance of 1.0746: (tanh((1.2654 - 1.0746) * 5.5521) + 1) / 2 = 0.893.
      for (const [index, degrees] of [0, 65].entries()) {
        const angle = (degrees * Math.PI) / 180;
        const vector = packEmbedding([Math.cos(angle), Math.sin(angle)]);
        await execute(t.app.get(Database).reader, 'UPDATE face_embedding SET vector = ? WHERE face_id = ?', [
          vector,
          faceIds[index]!,
        ]);
      }
      expect(await groups()).toEqual([]);
      expect(await groups('?minSimilarity=0.894')).toEqual([]);
      const [group] = await groups('?minSimilarity=0.892');
      expect(sorted(group?.face_ids ?? [])).toEqual(sorted(faceIds));
      expect(group?.least_similarity).toBeCloseTo(0.893, 3);
    });

    it('are not grouped when somebody said that they are strangers’, or no use', async () => {
      const [stranger, invalid, ...rest] = await facesOfNobody(t, look, 4);
      await t.api.post(`/faces/${stranger!}/mark-unknown`);
      await t.api.post(`/faces/${invalid!}/mark-invalid`);
      const [group] = await groups();
      expect(sorted(group!.face_ids)).toEqual(sorted(rest));
    });

    it('are two persons when they are in one photo', async () => {
      const faceIds = await facesOfNobody(t, look, 2);
      expect(await groups()).toHaveLength(1);
      await sql(
        `UPDATE face SET photo_id = (SELECT m FROM (SELECT MIN(photo_id) AS m FROM face WHERE id IN (${faceIds.join()})) x)
         WHERE id IN (${faceIds.join()})`,
      );
      expect(await groups()).toEqual([]);
    });

    it('are all named at once: the person comes to be with its faces', async () => {
      const faceIds = await facesOfNobody(t, look, 3);
      const name = `Named${look}`;
      const { status, body } = await t.api.post('/faces/name-group', { faceIds: [...faceIds, faceIds[0]], name });
      expect({ status, body }).toMatchObject({
        status: 200,
        body: {
          success: true,
          created: true,
          successCount: 3,
          errorCount: 0,
          person: { name, face_count: 3, training_face_count: 3 },
        },
      });
      expect((await t.api.get(`/faces/${faceIds[0]!}`)).body.face).toMatchObject({
        person_id: body.person.id,
        assignment_method: 'group',
        review: null,
      });
      expect(await groups()).toEqual([]);
    });

    it('are named once, however often the request is sent', async () => {
      const faceIds = await facesOfNobody(t, look, 3);
      const name = `Once${look}`;
      const answers = await Promise.all(
        Array.from({ length: 4 }, () => t.api.post('/faces/name-group', { faceIds, name })),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
      for (const { status, body } of answers) if (status === 409) expect(body.code).toBe('ALREADY_EXISTS');
      expect(await personsCalled(name)).toBe(1);
    });

    it('leave no person behind when none of them can be given to one', async () => {
      const { faceIds } = await t.api.aPersonWithFaces(2, look);
      const name = `Nobody${look}`;
      expect(await t.api.post('/faces/name-group', { faceIds, name })).toMatchObject({
        status: 409,
        body: { code: 'INVALID_STATE', details: { results: [{ success: false }, { success: false }] } },
      });
      expect(await personsCalled(name)).toBe(0);
    });

    it('are given to a person who is there, too; what cannot be given is told', async () => {
      const [faceId = 0] = await facesOfNobody(t, look);
      const other = await t.api.aPersonWithFaces(1, look);
      const personId = await t.api.aPerson();
      const { body } = await t.api.post('/faces/name-group', { faceIds: [faceId, other.faceIds[0]], personId });
      expect(body).toMatchObject({
        created: false,
        successCount: 1,
        errorCount: 1,
        person: { id: personId },
        results: [
          { faceId, success: true },
          { faceId: other.faceIds[0], success: false, code: 'INVALID_STATE' },
        ],
      });
    });

    it.each([
      ['both a name and a person', { name: 'Somebody', personId: 1 }, 'personId'],
      ['neither a name nor a person', {}, 'name'],
      ['a name with a control character', { name: 'Be\u0007ll' }, 'name'],
    ])('are not named by %s', async (_case, body, field) => {
      expect(await t.api.post('/faces/name-group', { faceIds: [1], ...body })).toMatchObject({
        status: 400,
        body: { code: 'VALIDATION_ERROR', details: { fields: [{ field }] } },
      });
    });
  });
});
