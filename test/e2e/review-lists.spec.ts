import { databases } from '../support/databases.js';
import { decided, facesOfNobody } from '../support/decided-faces.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';

describe.each(databases)('faces and what was decided on them, on $name,', (database) => {
  let t: TestApp;
  let look = 0;
  let jane = 0;
  let faceId = 0;
  beforeAll(async () => {
    t = await newTestApp({ database });
  });
  beforeEach(async () => {
    look = (look + 1) % 90;
    jane = await t.api.aPerson();
    [faceId = 0] = await facesOfNobody(t, look);
  });
  afterAll(() => t.close());

  const review = (body: object, id = faceId): ReturnType<TestApp['api']['post']> =>
    t.api.post(`/faces/${id}/review`, body);
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever the API shows
  const story = async (id = faceId): Promise<any> => (await t.api.get(`/faces/${id}`)).body;
  const listed = async (path: string): Promise<number[]> =>
    ((await t.api.get(path)).body.faces as { id: number }[]).map(({ id }) => id);

  it('are told with the rule that decided and the numbers, the newest decision first', async () => {
    await decided(t, faceId, 'unidentified', { [jane]: 0.5 }, 'below_review_threshold');
    await decided(t, faceId, 'suggested', { [jane]: 0.94999 });
    const { decision, decisions } = await story();
    const { name } = (await t.api.get(`/persons/${jane}`)).body.person;
    expect(decision).toMatchObject({
      outcome: 'suggested',
      person: { person_id: jane, name },
      similarity: 0.94999,
      reason: 'below_auto_threshold',
      candidates: [{ person_id: jane, name, similarity: 0.94999 }],
      review_threshold: 0.85,
      auto_assign_threshold: 0.95,
      margin: 0.05,
      calculator: 'facenet.Calculator',
      verdict: null,
    });
    expect(decision.explanation).toContain(`${name}: 0.949; suggested from 0.850, assigned without asking from 0.950`);
    expect(decisions).toMatchObject([{ outcome: 'suggested' }, { outcome: 'unidentified' }]);
  });

  it('have nothing to answer without a decision', async () => {
    expect(await story()).toMatchObject({ face: { candidates: [], review: null }, decision: null, decisions: [] });
    for (const approved of [true, false]) {
      expect(await review({ approved })).toMatchObject({ status: 409, body: { code: 'INVALID_STATE' } });
    }
    expect(await listed('/faces/unidentified')).toContain(faceId);
    expect(await review({ approved: true, personId: jane })).toMatchObject({ body: { person: { id: jane } } });
  });

  it('are listed a page at a time, newest first, and only from a similarity on when one is given', async () => {
    const faces = [faceId, ...(await facesOfNobody(t, look, 3))].sort((a, b) => b - a);
    for (const [index, id] of faces.entries()) {
      await decided(t, id, 'unidentified', index === 3 ? {} : { [jane]: 0.1 * (index + 5) });
    }
    const first = await t.api.get('/faces/unidentified?limit=2');
    expect(first.body).toMatchObject({ faces: [{ id: faces[0] }, { id: faces[1] }], count: 2 });
    expect(await listed('/faces/unidentified?limit=2&page=2')).toEqual(faces.slice(2));
    expect(first.body.totalCount).toBeGreaterThanOrEqual(4);
    const near = await t.api.get('/faces/unidentified?minConfidence=0.6');
    expect(near.body).toMatchObject({ faces: [{ id: faces[1] }, { id: faces[2] }], count: 2, totalCount: 2 });
    expect(await t.api.get('/faces/unidentified?minConfidence=1.5')).toMatchObject({ status: 400 });
  });

  it('are given to a person many at once, with how sure that is and how it is known, face by face', async () => {
    const { faceIds } = await t.api.aPersonWithFaces(1, look);
    const { status, body } = await t.api.post('/faces/bulk-assign', {
      faceIds: [faceId, faceIds[0], 2_147_483_647],
      personId: jane,
      confidence: 0.8,
      method: 'sorted-by-hand',
    });
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { success: true, successCount: 1, errorCount: 2, person: { id: jane } },
    });
    expect(body.results).toMatchObject([
      { faceId, success: true },
      { faceId: faceIds[0], success: false, code: 'INVALID_STATE' },
      { faceId: 2_147_483_647, success: false, code: 'NOT_FOUND' },
    ]);
    expect((await story()).face).toMatchObject({
      assignment_method: 'sorted-by-hand',
      assignment_confidence: 0.8,
    });
  });

  it.each(['automatic', 'confirmed', 'upload', 'With Spaces', ''])(
    'are not given in the service’s own words: the method "%s" is refused',
    async (method) => {
      expect(await t.api.post('/faces/bulk-assign', { faceIds: [faceId], personId: jane, method })).toMatchObject({
        status: 400,
        body: { code: 'VALIDATION_ERROR', details: { fields: [{ field: 'method' }] } },
      });
    },
  );
});
