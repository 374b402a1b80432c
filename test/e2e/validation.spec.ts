import { existing } from '../../bench/service.js';
import { Database } from '../../src/database/database.js';
import { execute, select } from '../../src/database/sql.js';
import { packEmbedding } from '../../src/persons/embedding.js';
import { ValidationRuns } from '../../src/validation/validation-runs.js';
import { databases } from '../support/databases.js';
import { facesOfNobody } from '../support/decided-faces.js';
import { eventually } from '../support/eventually.js';
import { aFacePhoto } from '../support/face-photos.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';

const OTHER_CALCULATOR = 'facenet.Calculator';

describe.each(databases)('measuring everybody on $name', (database) => {
  let t: TestApp;
  beforeAll(async () => {
    t = await newTestApp({ database });
    for (const look of [0, 20, 40]) await t.api.aPersonWithFaces(4, look, `Person of look ${look}`);
  });
  afterAll(() => t.close());

  async function validated(body: object = {}): Promise<number> {
    const { status, body: answer } = await t.api.post('/training/validate-all', body);
    expect(answer).toMatchObject({ success: true });
    expect(status).toBe(202);
    await ended(answer.validationId as number);
    return answer.validationId as number;
  }
  const ended = (id: number): Promise<void> =>
    eventually(async () => {
      expect((await t.api.get(`/training/validations/${id}`)).body.validation.state).not.toBe('running');
    });

  it('reports on the whole collection and on each person', async () => {
    const id = await validated({ targetFmr: 1 });
    const { body } = await t.api.get(`/training/validations/${id}?limit=2&page=2`);
    expect(body.validation).toMatchObject({
      state: 'completed',
      error: null,
      progress: { total: 12, done: 12, percent: 100 },
    });
    expect(body.validation.summary).toMatchObject({
      persons: 3,
      faces: 12,
      rank1_rate: 100,
      target_fmr: 1,
      at_review: { threshold: 0.85, fmr: 0, fpir: 0 },
      at_auto_assign: { threshold: 0.95, fmr: 0, fpir: 0 },
      suspicious_total: 0,
    });
    expect(body.validation.summary.roc.length).toBeLessThanOrEqual(100);
    expect(body).toMatchObject({ total: 3, persons: [{ person: { name: 'Person of look 40' } }] });
  });

  it('shows a person the newest measurement, of everybody or of a job of its own', async () => {
    const id = await validated();
    const { personId } = await t.api.aPersonWithFaces(4, 60);
    expect((await t.api.get(`/persons/${personId}/validation`)).status).toBe(404);
    await t.api.post(`/persons/${personId}/queue-training`, { trainingType: 'validation' });
    await t.api.post('/training/process-queue');
    const ofJob = (await t.api.get(`/persons/${personId}/validation`)).body;
    expect(ofJob).toMatchObject({ validation_id: null, validation: { verdict: 'measured', faces: 4 } });
    t.clock.advance(1_000);
    const next = await validated();
    expect(next).toBeGreaterThan(id);
    const ofAll = (await t.api.get(`/persons/${personId}/validation`)).body;
    expect(ofAll).toMatchObject({ job_id: null, validation_id: next, validation: { verdict: 'measured', faces: 4 } });
    await t.api.delete(`/persons/${personId}`);
  });

  it('compares its formula with what the engine answers for trained faces', async () => {
    const { personId } = await t.api.aPersonWithFaces(3, 70);
    await t.api.post(`/persons/${personId}/train`, { trainingType: 'full' });
    await eventually(async () => {
      expect((await t.api.get(`/persons/${personId}`)).body.person.recognition_status).toBe('trained');
    });
    const id = await validated();
    const { formula_check } = (await t.api.get(`/training/validations/${id}`)).body.validation.summary;
    expect(formula_check.compared).toBeGreaterThan(0);
    expect(formula_check).toMatchObject({ agrees: true });
    expect(formula_check.largest_difference).toBeLessThan(0.001);
  });

  it('runs once at a time', async () => {
    const db = t.app.get(Database);
    await execute(
      db.reader,
      "INSERT INTO validation_run (state, started_at, faces_total, faces_done) VALUES ('running', '2026-01-01 00:00:00.000', 5, 1)",
    );
    const { status, body } = await t.api.post('/training/validate-all');
    expect(status).toBe(409);
    expect(body).toMatchObject({ code: 'ALREADY_EXISTS', details: { status: 'running' } });
    await execute(db.reader, "UPDATE validation_run SET state = 'failed' WHERE state = 'running'");
    await validated();
  });

  it.each([0, 50, -1, 'low'])('refuses %p as a target', async (targetFmr) => {
    const { status, body } = await t.api.post('/training/validate-all', { targetFmr });
    expect(status).toBe(400);
    expect(body.details.fields[0]).toMatchObject({ field: 'targetFmr' });
  });

  it('keeps embeddings of a former calculator, makes those that are missing, and measures with the new ones', async () => {
    const db = t.app.get(Database);
    const faces = await select<{ id: number }>(db.reader, "SELECT id FROM face WHERE state = 'ready'");
    const [calculator] = await select<{ calculator: string }>(db.reader, 'SELECT calculator FROM face_embedding');
    await execute(db.reader, 'DELETE FROM face_embedding');
    for (const { id } of faces) {
      await execute(db.reader, 'INSERT INTO face_embedding (face_id, calculator, vector) VALUES (?, ?, ?)', [
        id,
        OTHER_CALCULATOR,
        packEmbedding([id, 1, 2, 3]),
      ]);
    }
    const id = await validated();
    const { validation } = (await t.api.get(`/training/validations/${id}`)).body;
    expect(validation).toMatchObject({ calculator: calculator!.calculator, state: 'completed' });
    expect(validation.summary.backfill).toEqual({ added: faces.length, left_out: 0, stopped: false });
    expect(validation.summary.rank1_rate).toBe(100);
    const kept = await select<{ n: number | string }>(
      db.reader,
      'SELECT COUNT(*) AS n FROM face_embedding GROUP BY calculator',
    );
    expect(kept.map(({ n }) => Number(n))).toEqual([faces.length, faces.length]);
  });

  it('asks the engine only for the faces of the person that is measured', async () => {
    const db = t.app.get(Database);
    const { personId } = await t.api.aPersonWithFaces(3, 80);
    await execute(db.reader, 'DELETE FROM face_embedding WHERE calculator <> ?', [OTHER_CALCULATOR]);
    await t.api.post(`/persons/${personId}/queue-training`, { trainingType: 'validation' });
    await t.api.post('/training/process-queue');
    const [made] = await select<{ n: number | string }>(
      db.reader,
      'SELECT COUNT(*) AS n FROM face_embedding WHERE calculator <> ?',
      [OTHER_CALCULATOR],
    );
    expect(Number(made!.n)).toBe(3);
  });

  it('is listed newest first', async () => {
    const { body } = await t.api.get('/training/validations?limit=2');
    expect(body.validations).toHaveLength(2);
    expect(body.validations[0].id).toBeGreaterThan(body.validations[1].id);
    expect(body.total).toBeGreaterThan(2);
  });

  it('takes for a stranger nobody whose face is unusable, or the copy of a person’s', async () => {
    const [stranger, unusable] = await facesOfNobody(t, 85, 2);
    await t.api.post(`/faces/${stranger!}/mark-unknown`);
    await t.api.post(`/faces/${unusable!}/mark-invalid`);
    const [one, other] = [await t.api.aPerson(), await t.api.aPerson()];
    const file = { name: 'a.jpg', bytes: await aFacePhoto({ person: 86 }) };
    for (const id of [one, other]) await t.api.upload(`/persons/${id}/faces`, [file]);
    expect((await t.api.post(`/persons/${one}/merge`, { into: other })).body.faces_left).toBe(1);
    const id = await validated();
    expect((await t.api.get(`/training/validations/${id}`)).body.validation.summary.strangers).toBe(1);
  });

  it('shows the report of a job with the names that people have now, and keeps none', async () => {
    const { personId } = await t.api.aPersonWithFaces(4, 51);
    await t.api.addFaces(personId, 1, 71);
    const other = await t.api.aPersonWithFaces(4, 71, 'Former Name');
    const { trainingId } = (await t.api.post(`/persons/${personId}/queue-training`, { trainingType: 'validation' }))
      .body;
    await t.api.post('/training/process-queue');
    const shown = async (): Promise<unknown[]> => {
      const { validation } = (await t.api.get(`/persons/${personId}/validation`)).body;
      const { result } = (await t.api.get(`/training/jobs/${trainingId as number}`)).body.job;
      expect(result).toEqual(validation);
      return [validation.suspicious_faces[0].closest_person, validation.confused_with[0].name] as unknown[];
    };
    expect(await shown()).toMatchObject([{ person_id: other.personId, name: 'Former Name' }, 'Former Name']);
    await t.api.put(`/persons/${other.personId}`, { name: 'Later Name' });
    expect(await shown()).toMatchObject([{ name: 'Later Name' }, 'Later Name']);
    await t.api.delete(`/persons/${other.personId}`);
    expect(await shown()).toMatchObject([{ person_id: other.personId, name: '' }, '']);
    const kept = await select<{ result: string }>(t.app.get(Database).reader, 'SELECT result FROM job_result');
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.map(({ result }) => result).join()).not.toMatch(/Former|"name"/);
  });

  it('fails once the database takes writes again that it refused, and can be started anew', async () => {
    const { reader, type } = t.app.get(Database);
    const refuse =
      type === 'sqlite' ? "BEGIN SELECT RAISE(ABORT, 'refused'); END" : "FOR EACH ROW SIGNAL SQLSTATE '45000'";
    await execute(reader, `CREATE TRIGGER refused BEFORE UPDATE ON validation_run ${refuse}`);
    const fail = jest.spyOn(t.app.get(ValidationRuns), 'fail');
    const id = (await t.api.post('/training/validate-all')).body.validationId as number;
    await eventually(() => {
      expect(fail.mock.calls.length).toBeGreaterThan(1);
      return Promise.resolve();
    });
    expect((await t.api.post('/training/validate-all')).status).toBe(409);
    await execute(reader, 'DROP TRIGGER refused');
    await ended(id);
    expect((await t.api.get(`/training/validations/${id}`)).body.validation).toMatchObject({
      state: 'failed',
      error: { code: 'INTERNAL_ERROR' },
    });
    await validated();
  });
});

describe.each(databases)('a measurement of everybody that the end of its process cut off, on $name', (database) => {
  it('is failed after the next start, and can be started again', async () => {
    const place = await database.create();
    const first = await newTestApp({ database: existing(database, place) });
    await first.api.aPersonWithFaces(3, 10);
    await execute(
      first.app.get(Database).reader,
      "INSERT INTO validation_run (id, state, started_at, faces_total, faces_done) VALUES (5, 'running', '2026-01-01 00:00:00.000', 5, 1)",
    );
    await first.close();
    const second = await newTestApp({ database: existing(database, place) });
    expect((await second.api.get('/training/validations/5')).body.validation).toMatchObject({
      state: 'failed',
      summary: null,
      error: { code: 'INTERRUPTED', message: expect.stringContaining('start another') },
    });
    expect((await second.api.post('/training/validate-all')).status).toBe(202);
    await second.close();
    await place.drop();
  });
});
