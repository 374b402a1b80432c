import { Database } from '../../src/database/database.js';
import { execute } from '../../src/database/sql.js';
import type { ValidationRunRecord } from '../../src/validation/dto/validation-runs.dto.js';
import { databases } from '../support/databases.js';
import { decided, facesOfNobody } from '../support/decided-faces.js';
import { eventually } from '../support/eventually.js';
import { newTestApp, type TestApp } from '../support/new-test-app.js';
import { hours } from '../support/test-clock.js';

describe.each(databases)('how right the recognition was, on $name,', (database) => {
  let t: TestApp;
  let jane = 0;
  let olga = 0;
  beforeAll(async () => {
    t = await newTestApp({ database });
  });
  beforeEach(async () => {
    await sql('DELETE FROM face_decision');
    jane = await t.api.aPerson();
    olga = await t.api.aPerson();
  });
  afterAll(() => t.close());

  const sql = (text: string): Promise<number> => execute(t.app.get(Database).reader, text);
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever the API shows
  const stats = async (query = ''): Promise<any> => (await t.api.get(`/stats/recognition${query}`)).body;
  const aFace = async (): Promise<number> => (await facesOfNobody(t, 3))[0] ?? 0;
  const judged = async (
    outcome: 'assigned' | 'suggested' | 'unidentified',
    candidates: Record<number, number>,
    truth: number | null,
  ): Promise<void> => {
    const id = await aFace();
    await decided(t, id, outcome, candidates);
    if (truth === null) await t.api.post(`/faces/${id}/mark-unknown`);
    else await t.api.post(`/faces/${id}/review`, { approved: true, personId: truth });
  };

  it('is nothing to say of before anybody has judged a decision', async () => {
    await decided(t, await aFace(), 'suggested', { [jane]: 0.9 });
    expect(await stats()).toMatchObject({
      success: true,
      bucket: 'day',
      totals: { judged: 0, precision: null, recall: null, suggestion_accuracy: null, mean_similarity_right: null },
      persons: [],
      totalPersons: 0,
    });
    expect((await stats()).buckets).toHaveLength(31);
  });

  it('is counted from what people confirmed and corrected, in all and for each person', async () => {
    await judged('assigned', { [jane]: 0.99 }, jane);
    await judged('assigned', { [jane]: 0.97 }, jane);
    await judged('assigned', { [jane]: 0.95 }, olga);
    await judged('suggested', { [jane]: 0.9 }, jane);
    await judged('suggested', { [olga]: 0.86 }, null);
    await judged('unidentified', { [olga]: 0.5 }, olga);
    const { totals, persons, totalPersons, buckets } = await stats();
    expect(totals).toEqual({
      judged: 6,
      assigned: 3,
      assigned_right: 2,
      suggested: 2,
      suggested_right: 1,
      unidentified: 1,
      of_known_persons: 5,
      of_strangers: 1,
      strangers_assigned: 0,
      precision: 66.7,
      recall: 40,
      suggestion_accuracy: 50,
      mean_similarity_right: 0.9533,
      mean_similarity_wrong: 0.905,
    });
    expect(totalPersons).toBe(2);
    expect(persons).toMatchObject([
      {
        person_id: jane,
        judged: 4,
        assigned: 3,
        assigned_right: 2,
        precision: 66.7,
        of_known_persons: 3,
        recall: 66.7,
      },
      { person_id: olga, judged: 3, assigned: 0, precision: null, suggested: 1, of_known_persons: 2, recall: 0 },
    ]);
    const busy = (buckets as { judged: number }[]).filter(({ judged: count }) => count > 0);
    expect(busy).toMatchObject([{ ...totals }]);
    expect((await stats(`?person_id=${jane}`)).totals).toMatchObject({
      judged: 4,
      assigned: 3,
      assigned_right: 2,
      of_known_persons: 3,
      recall: 66.7,
    });
    expect(await stats(`?person_id=${olga}`)).toMatchObject({
      totals: { judged: 3, assigned: 0, precision: null, of_known_persons: 2, recall: 0 },
      persons: [{ person_id: olga }],
      totalPersons: 1,
    });
    expect(await stats('?limit=1')).toMatchObject({ persons: [{ person_id: jane }], totalPersons: 2 });
  });

  it('follows the last word on a face', async () => {
    const id = await aFace();
    await decided(t, id, 'assigned', { [jane]: 0.99 });
    await t.api.post(`/faces/${id}/review`, { approved: true });
    expect((await stats()).totals).toMatchObject({ judged: 1, precision: 100 });
    await t.api.put(`/faces/${id}/reassign`, { personId: olga });
    expect((await stats()).totals).toMatchObject({ judged: 1, precision: 0, recall: 0 });
  });

  it('is told by the day, week or month in which it was judged', async () => {
    for (const [day, count] of [
      ['2026-03-01', 1],
      ['2026-03-02', 2],
      ['2026-03-31', 1],
    ] as const) {
      for (let made = 0; made < count; made += 1) await judged('assigned', { [jane]: 0.99 }, jane);
      await sql(
        `UPDATE face_decision SET judged_at = '${day} 23:59:59.999' WHERE verdict IS NOT NULL AND judged_at > '2026-04-01'`,
      );
    }
    const by = async (bucket: string): Promise<unknown[]> => {
      const { buckets } = await stats(`?from=2026-03-01&to=2026-04-01&bucket=${bucket}`);
      return (buckets as { start: string; judged: number }[])
        .filter(({ judged: count }) => count > 0)
        .map(({ start, judged: count }) => [start, count]);
    };
    expect(await by('day')).toEqual([
      ['2026-03-01', 1],
      ['2026-03-02', 2],
      ['2026-03-31', 1],
    ]);
    expect(await by('week')).toEqual([
      ['2026-02-23', 1],
      ['2026-03-02', 2],
      ['2026-03-30', 1],
    ]);
    expect(await by('month')).toEqual([['2026-03-01', 4]]);
    expect((await stats('?from=2026-03-02&to=2026-03-31')).totals).toMatchObject({ judged: 2 });
    expect((await stats('?from=2026-03-31T23:59:59.999Z&to=2026-04-01')).totals).toMatchObject({ judged: 1 });
  });

  it.each([
    ['from', '?from=2026-02-30'],
    ['from', '?from=yesterday'],
    ['to', '?to=2026-13-01'],
    ['from', '?from=2026-03-02&to=2026-03-02'],
    ['bucket', '?from=2020-01-01&to=2026-01-01&bucket=day'],
    ['bucket', '?bucket=hour'],
    ['person_id', '?person_id=0'],
  ])('is refused with a word about "%s" for %s', async (field, query) => {
    expect(await t.api.get(`/stats/recognition${query}`)).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_ERROR', details: { fields: [{ field }] } },
    });
  });

  it('is forgotten with the days: the overview tells of the last 30', async () => {
    await judged('assigned', { [jane]: 0.99 }, jane);
    expect((await t.api.get('/stats/overview')).body.recognition).toMatchObject({ judged: 1, precision: 100 });
    t.clock.advance(hours(24 * 30 + 1));
    expect((await t.api.get('/stats/overview')).body.recognition).toMatchObject({ judged: 0, precision: null });
  });
});

describe.each(databases)('the whole picture, on $name,', (database) => {
  let t: TestApp;
  beforeAll(async () => {
    t = await newTestApp({ database });
  });
  afterAll(() => t.close());

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever the API shows
  const overview = async (): Promise<any> => (await t.api.get('/stats/overview')).body;

  it('is empty at first', async () => {
    expect(await overview()).toMatchObject({
      success: true,
      persons: { total: 0, trained: 0, untrained: 0 },
      faces: { total: 0 },
      photos: { total: 0, for_recognition: 0, pending: 0 },
      jobs: { completed: 0, newest_training: null },
      quality: { measured: 0, reasons: [] },
      collection: { examples: 0, withdrawals_pending: 0 },
      validation: null,
    });
  });

  it('counts each thing by how it stands', async () => {
    const { personId } = await t.api.aPersonWithFaces(3, 4);
    await t.api.post(`/persons/${personId}/queue-training`);
    await t.api.post('/training/process-queue');
    const other = await t.api.aPersonWithFaces(1, 5);
    await t.api.post(`/faces/${other.faceIds[0]!}/mark-invalid`);
    const [waiting = 0, suggested = 0, assigned = 0, unknown = 0] = await facesOfNobody(t, 6, 4);
    await decided(t, waiting, 'unidentified', {});
    await decided(t, suggested, 'suggested', { [personId]: 0.9 });
    await decided(t, assigned, 'assigned', { [personId]: 0.97 });
    await t.api.post(`/faces/${unknown}/mark-unknown`);
    const db = t.app.get(Database).reader;
    await execute(db, "UPDATE face SET quality_refusal = 'too_small', quality = '{}' WHERE id = ?", [waiting]);
    expect(await overview()).toMatchObject({
      persons: { total: 2, trained: 1, training: 0, untrained: 1, failed: 0 },
      faces: {
        total: 8,
        assigned: 5,
        eligible: 3,
        unidentified: 1,
        needs_review: 1,
        unknown: 1,
        not_confirmed: 1,
        marked_invalid: 1,
      },
      photos: { total: 8 },
      jobs: { completed: 1, pending: 0, newest_training: { person_id: personId } },
      quality: { refused: 1, train_anyway: 0, reasons: [{ code: 'too_small', faces: 1 }] },
      collection: { examples: 3 },
    });
  });

  it('tells what the newest measurement of everybody found', async () => {
    for (const look of [10, 30, 50]) await t.api.aPersonWithFaces(4, look);
    const id = (await t.api.post('/training/validate-all')).body.validationId as number;
    const measured = await eventually(async () => {
      const { validation } = (await t.api.get(`/training/validations/${id}`)).body;
      expect(validation.state).toBe('completed');
      return validation as ValidationRunRecord;
    });
    await execute(
      t.app.get(Database).reader,
      "INSERT INTO validation_run (state, started_at, completed_at, faces_total, faces_done) VALUES ('failed', '2026-01-01', '2026-01-01', 0, 0)",
    );
    const { recommended_threshold } = measured.summary!;
    expect(recommended_threshold).toEqual(expect.any(Number));
    expect((await overview()).validation).toEqual({
      validation_id: id,
      completed_at: measured.completed_at,
      rank1_rate: 100,
      fnmr: 0,
      fmr: 0,
      recommended_threshold,
    });
  });
});
