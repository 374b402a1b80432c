import { databases } from '../../support/databases.js';
import { brokenInvariants } from '../../support/invariants.js';
import { seedHistory } from '../rig/history.js';
import { type SeededApp, seededApp } from './seeded-app.js';

const OLD = 1_500;

describe.each(databases)('cleaning up a history of several batches on $name', (database) => {
  let t: SeededApp;
  let fresh: number;
  beforeEach(async () => {
    t = await seededApp({}, database);
    const [old, recent] = await t.people(2, 3);
    await seedHistory(t.sql, old!.id, OLD);
    fresh = await t.queue(recent!.id);
    await t.api.post('/training/process-queue');
    await t.queue(old!.id);
  });
  afterEach(() => t.close());

  const left = async (table: string, column: string): Promise<number[]> =>
    (await t.sql.all<{ id: number }>(`SELECT DISTINCT ${column} AS id FROM ${table} ORDER BY ${column}`)).map(
      ({ id }) => id,
    );

  it.each([
    ['one after the other', 'completed_at'],
    ['all in the same moment', "'2026-01-01 00:00:00.000'"],
  ])('deletes the jobs that ended %s, and nothing else', async (_, endedAt) => {
    await t.sql.run(`UPDATE training_job SET completed_at = ${endedAt} WHERE completed_at < '2026-02-01'`);
    expect((await t.api.post('/training/cleanup', { daysToKeep: 30 })).body).toMatchObject({ deleted: OLD });
    expect(await left('training_job', 'id')).toEqual([fresh, fresh + 1]);
    for (const table of ['job_event', 'job_face']) {
      expect((await left(table, 'job_id')).filter((id) => id < fresh)).toEqual([]);
    }
    expect(await brokenInvariants(t.sql, await t.fake.store())).toEqual([]);
  });

  it('counts each job once when two clean up at the same time', async () => {
    const answers = await Promise.all([1, 2].map(() => t.api.post('/training/cleanup', { daysToKeep: 30 })));
    expect(answers.reduce((sum, { body }) => sum + (body.deleted as number), 0)).toBe(OLD);
    expect(await brokenInvariants(t.sql, await t.fake.store())).toEqual([]);
  });
});
