import { databases } from '../support/databases.js';
import { decided, facesOfNobody } from '../support/decided-faces.js';
import { eventually } from '../support/eventually.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';
import { minutes } from '../support/test-clock.js';
import { Database } from '../../src/database/database.js';
import { execute } from '../../src/database/sql.js';

interface ShownCandidate {
  readonly person_id: number;
}

describe.each(databases)('whose a face is, on $name,', (database) => {
  let t: TestApp;
  let look = 0;
  let jane = 0;
  let olga = 0;
  let faceId = 0;
  beforeAll(async () => {
    t = await newTestApp({ database });
  });
  beforeEach(async () => {
    look = (look + 1) % 90;
    jane = await t.api.aPerson();
    olga = await t.api.aPerson();
    [faceId = 0] = await facesOfNobody(t, look);
  });
  afterAll(() => t.close());

  const review = (body: object, id = faceId): ReturnType<TestApp['api']['post']> =>
    t.api.post(`/faces/${id}/review`, body);
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever the API shows
  const story = async (id = faceId): Promise<any> => (await t.api.get(`/faces/${id}`)).body;
  const candidatesOf = async (id = faceId): Promise<number[]> =>
    ((await story(id)).face.candidates as ShownCandidate[]).map(({ person_id }) => person_id);
  const trainingFacesOf = async (personId: number): Promise<unknown> =>
    (await t.api.get(`/persons/${personId}`)).body.person.training_face_count;
  const listed = async (path: string): Promise<number[]> =>
    ((await t.api.get(path)).body.faces as { id: number }[]).map(({ id }) => id);

  describe('a suggestion', () => {
    beforeEach(() => decided(t, faceId, 'suggested', { [jane]: 0.91, [olga]: 0.4 }));

    it('waits for an answer, with the persons that it could be', async () => {
      const { body } = await t.api.get('/faces/needs-review');
      const face = (body.faces as { id: number }[]).find(({ id }) => id === faceId);
      expect(face).toMatchObject({
        review: 'needs_review',
        person_id: null,
        suggested_person: { person_id: jane, similarity: 0.91 },
        candidates: [{ person_id: jane }, { person_id: olga, similarity: 0.4 }],
      });
      expect(body).toMatchObject({ count: body.faces.length, totalCount: body.faces.length });
      expect(await listed('/faces/unidentified')).not.toContain(faceId);
    });

    it('is confirmed without saying who: the face is the suggested person’s, and is trained', async () => {
      const answer = await review({ approved: true });
      expect(answer).toMatchObject({
        status: 200,
        body: {
          success: true,
          message: 'Face confirmed',
          person: { id: jane, training_face_count: 1 },
          withdrawal: 'done',
        },
      });
      expect(answer.body.face).toMatchObject({
        person_id: jane,
        review: null,
        eligible: true,
        assignment_method: 'confirmed',
        assignment_confidence: 0.91,
      });
      expect((await story()).decision).toMatchObject({ verdict: 'confirmed', verdict_person: { person_id: jane } });
      expect(await listed('/faces/needs-review')).not.toContain(faceId);
    });

    it('is corrected: the face is the named person’s, and never suggested for the other again', async () => {
      expect(await review({ approved: true, personId: olga })).toMatchObject({
        status: 200,
        body: { person: { id: olga }, face: { person_id: olga, assignment_method: 'manual', eligible: true } },
      });
      const { decision, not_these: notThese } = await story();
      expect(decision).toMatchObject({ verdict: 'corrected', verdict_person: { person_id: olga } });
      expect(notThese).toMatchObject([{ person_id: jane }]);
    });

    it('is rejected: nobody knows whose the face is, and the person is never offered for it again', async () => {
      expect(await review({ approved: false })).toMatchObject({
        status: 200,
        body: { message: 'Suggestion rejected', person: null, face: { person_id: null, review: 'unidentified' } },
      });
      expect((await story()).decision).toMatchObject({ verdict: 'rejected', verdict_person: null });
      expect(await candidatesOf()).toEqual([olga]);
      await decided(t, faceId, 'suggested', { [jane]: 0.99, [olga]: 0.9 });
      expect(await candidatesOf()).toEqual([olga]);
      expect(await review({ approved: true })).toMatchObject({ status: 409, body: { code: 'INVALID_STATE' } });
    });

    it('is answered once, whoever answers at the same moment', async () => {
      const answers = await Promise.all([
        ...Array.from({ length: 4 }, () => review({ approved: false })),
        ...Array.from({ length: 4 }, () => review({ approved: false })),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(7).fill(409)]);
    });

    it('for a person who is gone since cannot be confirmed, only named anew', async () => {
      await t.api.delete(`/persons/${jane}`);
      expect(await candidatesOf()).toEqual([olga]);
      expect(await review({ approved: true })).toMatchObject({ status: 409, body: { code: 'INVALID_STATE' } });
      expect(await review({ approved: true, personId: jane })).toMatchObject({ status: 404 });
      expect(await review({ approved: true, personId: olga })).toMatchObject({ status: 200 });
    });

    it('is no rejection when it names a person: whom that would mean is not clear', async () => {
      expect(await review({ approved: false, personId: olga })).toMatchObject({
        status: 400,
        body: { code: 'VALIDATION_ERROR', details: { fields: [{ field: 'personId' }] } },
      });
      expect(await listed('/faces/needs-review')).toContain(faceId);
    });

    it('is settled by giving the face to a person by hand, and comes back as known to be wrong', async () => {
      await t.api.post('/faces/assign', { faceId, personId: jane });
      expect((await story()).decision).toMatchObject({ verdict: 'confirmed' });
      await t.api.delete(`/faces/${faceId}/person`);
      expect(await story()).toMatchObject({
        face: { person_id: null, review: 'unidentified' },
        decision: { verdict: 'rejected' },
        not_these: [{ person_id: jane }],
      });
    });

    it('is for a stranger: nothing is suggested for the face any more', async () => {
      expect(await t.api.post(`/faces/${faceId}/mark-unknown`)).toMatchObject({
        status: 200,
        body: { message: 'Face marked unknown', withdrawal: 'done' },
      });
      expect(await story()).toMatchObject({
        face: { review: 'unknown', suggested_person: null },
        decision: { verdict: 'rejected' },
        not_these: [{ person_id: jane }],
      });
      expect(await listed('/faces/needs-review')).not.toContain(faceId);
      expect(await listed('/faces/unidentified')).not.toContain(faceId);
    });

    it('is not asked about for a face that is marked invalid', async () => {
      await t.api.post(`/faces/${faceId}/mark-invalid`);
      expect(await listed('/faces/needs-review')).not.toContain(faceId);
    });
  });

  describe('a face that was assigned without asking', () => {
    beforeEach(() => decided(t, faceId, 'assigned', { [jane]: 0.97 }, 'clear_match'));

    it('is kept out of training until somebody confirms it', async () => {
      expect((await story()).face).toMatchObject({ eligible: false, excluded_because: 'not_confirmed' });
      expect(await trainingFacesOf(jane)).toBe(0);
      await t.api.post(`/persons/${jane}/queue-training`, { config: { minFacesThreshold: 1 } }).then(({ status }) => {
        expect(status).toBe(422);
      });
      expect(await review({ approved: true })).toMatchObject({
        body: { face: { eligible: true, assignment_method: 'confirmed', assignment_confidence: 0.97 } },
      });
      expect(await trainingFacesOf(jane)).toBe(1);
      expect((await story()).decision.verdict).toBe('confirmed');
    });

    it('makes the person due for training when it is confirmed', async () => {
      const due = async (): Promise<number> => {
        const [row] = await t.app
          .get(Database)
          .reader.query<{ n: number }[]>(`SELECT desired_generation AS n FROM person WHERE id = ${jane}`);
        return Number(row?.n);
      };
      const before = await due();
      await review({ approved: true });
      expect(await due()).toBe(before + 1);
      await review({ approved: true });
      expect(await due()).toBe(before + 1);
    });

    it('stays out of training when it is confirmed and its quality is too low, until it is to be trained anyway', async () => {
      await execute(t.app.get(Database).reader, "UPDATE face SET quality_refusal = 'too_small' WHERE id = ?", [faceId]);
      expect(await review({ approved: true })).toMatchObject({
        body: { face: { eligible: false, excluded_because: 'poor_quality', assignment_method: 'confirmed' } },
      });
    });

    it('is confirmed, too, by giving it to the same person by hand', async () => {
      await t.api.post('/faces/assign', { faceId, personId: jane });
      expect((await story()).face).toMatchObject({ eligible: true, assignment_method: 'confirmed' });
    });

    it('is among those to review only on request', async () => {
      expect(await listed('/faces/needs-review?limit=200')).not.toContain(faceId);
      expect(await listed('/faces/needs-review?limit=200&includeAutomatic=true')).toContain(faceId);
      await review({ approved: true });
      expect(await listed('/faces/needs-review?limit=200&includeAutomatic=true')).not.toContain(faceId);
    });

    it('is taken from the person when it is rejected, who is never suggested for it again', async () => {
      expect(await review({ approved: false })).toMatchObject({
        status: 200,
        body: { person: null, face: { person_id: null, review: 'unidentified', excluded_because: null } },
      });
      expect(await story()).toMatchObject({ decision: { verdict: 'rejected' }, not_these: [{ person_id: jane }] });
      expect(await candidatesOf()).toEqual([]);
    });

    it('is reassigned: that judges the decision, and rules the former person out', async () => {
      await t.api.put(`/faces/${faceId}/reassign`, { personId: olga });
      expect(await story()).toMatchObject({
        face: { person_id: olga, eligible: true, assignment_confidence: null },
        decision: { verdict: 'corrected', verdict_person: { person_id: olga } },
        not_these: [{ person_id: jane }],
      });
      await t.api.put(`/faces/${faceId}/reassign`, { personId: jane });
      expect(await story()).toMatchObject({
        decision: { verdict: 'confirmed', verdict_person: { person_id: jane } },
        not_these: [{ person_id: olga }],
      });
    });

    it('of a stranger leaves the person, with one call', async () => {
      await t.api.post(`/faces/${faceId}/mark-unknown`);
      expect(await story()).toMatchObject({
        face: { person_id: null, review: 'unknown' },
        decision: { verdict: 'rejected' },
        not_these: [{ person_id: jane }],
      });
    });

    it('waits for somebody to name it when its person is deleted', async () => {
      await t.api.delete(`/persons/${jane}`);
      expect((await story()).face).toMatchObject({ person_id: null, review: 'unidentified', excluded_because: null });
      expect(await listed('/faces/unidentified')).toContain(faceId);
    });
  });

  it('is known again by its example leaving the collection, when a trained face is rejected', async () => {
    const { personId, faceIds } = await t.api.aPersonWithFaces(3, look);
    await t.api.post(`/persons/${personId}/queue-training`);
    await t.api.post('/training/process-queue');
    expect(await review({ approved: false }, faceIds[0])).toMatchObject({
      status: 200,
      body: { withdrawal: 'pending' },
    });
    await eventually(async () => {
      t.clock.advance(minutes(1));
      expect((await t.api.get(`/persons/${personId}`)).body.person).toMatchObject({ example_count: 2 });
    }, 15_000);
  });
});
