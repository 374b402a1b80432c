import { Database } from '../../../src/database/database.js';
import { JobControl } from '../../../src/training/job-control.js';
import { JobQueue } from '../../../src/training/job-queue.js';
import { JobStore } from '../../../src/training/job-store.js';
import { databases } from '../../support/databases.js';
import { countEvents, jobRow } from '../rig/jobs.js';
import { type SeededApp, seededApp } from './seeded-app.js';

describe.each(databases)('the queue on $name', (database) => {
  let t: SeededApp;
  beforeEach(async () => {
    t = await seededApp({}, database);
  });
  afterEach(() => t.close());

  it('lets one of many in who queue the same person at once', async () => {
    const [person] = await t.people(1, 1);
    const answers = await Promise.all(
      Array.from({ length: 40 }, () =>
        t.api.post(`/persons/${person!.id}/queue-training`, { config: { minFacesThreshold: 1 } }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 39 }, () => 409)]);
  });

  it('has room for one active job a person, whoever inserts it', async () => {
    const [person] = await t.people(1, 1);
    const queue = t.app.get(JobQueue);
    const db = t.app.get(Database);
    const request = { personId: person!.id, minFacesThreshold: 1, maxFacesPerBatch: 10 };
    const entry = { person: { id: person!.id, name: 'Seeded', exampleCount: 0 }, request, eligible: 1 };
    const [first, second] = await db.write((em) => queue.insertAll(em, [entry, entry]));
    expect(first).toEqual(expect.any(Number));
    expect(second).toBeNull();
  });

  it('takes a job whose rival was cancelled in the very moment between check and insert', async () => {
    const [person] = await t.people(1, 1);
    const rival = await t.queue(person!.id);
    const queue = t.app.get(JobQueue);
    const control = t.app.get(JobControl);
    // The check runs before the rival was there, the insert after; then the rival is gone.
    const parts = queue as unknown as { refuseActive(em: unknown, personId: number): Promise<void> };
    const refuse = parts.refuseActive.bind(queue);
    let calls = 0;
    parts.refuseActive = async (em, personId) => {
      calls += 1;
      if (calls === 1) return;
      if (calls === 2) await control.cancel(rival);
      await refuse(em, personId);
    };
    const id = await queue.enqueue({ personId: person!.id, minFacesThreshold: 1, maxFacesPerBatch: 10 });
    expect((await jobRow(t.sql, id)).state).toBe('pending');
  });

  it.each(['completed', 'failed'] as const)(
    'ends a job cancelled that was cancelled before it ended %s',
    async (state) => {
      const [person] = await t.people(1, 1);
      const id = await t.queue(person!.id);
      const jobs = t.app.get(JobStore);
      const claim = await jobs.claim(id);
      expect((await t.api.delete(`/training/jobs/${id}`)).status).toBe(200);
      const error = state === 'failed' ? { code: 'NO_FACE_TRAINED', message: 'none' } : null;
      expect(await jobs.finish(claim!, { state, error, successRate: 0, activeMs: 1 })).toBe('cancelled');
      expect(await jobRow(t.sql, id)).toMatchObject({ state: 'cancelled', error_code: null });
    },
  );

  it('remembers for which faces a job failed, not those that came meanwhile', async () => {
    const [person] = await t.people(1, 1);
    const id = await t.queue(person!.id);
    const jobs = t.app.get(JobStore);
    const claim = await jobs.claim(id);
    await t.sql.run('UPDATE training_job SET snapshot_generation = 7 WHERE id = ?', [id]);
    await t.sql.run('UPDATE person SET desired_generation = 9 WHERE id = ?', [person!.id]);
    await jobs.finish(claim!, { state: 'failed', error: null, successRate: 0, activeMs: 1 });
    expect(await t.sql.all('SELECT failed_generation FROM person WHERE id = ?', [person!.id])).toEqual([
      { failed_generation: 7 },
    ]);
  });

  it('starts a job by itself that was to start at once, although its process died before', async () => {
    const [person] = await t.people(1, 1);
    const queue = t.app.get(JobQueue);
    jest.spyOn(queue, 'enqueue');
    const { body } = await t.api.post(`/persons/${person!.id}/train`, { config: { minFacesThreshold: 1 } });
    const [row] = await t.sql.all<{ begun: number }>('SELECT begun FROM training_job WHERE id = ?', [
      body.trainingId as number,
    ]);
    expect(row!.begun).toBe(1);
    expect(await countEvents(t.sql, 'queued', body.trainingId as number)).toBe(1);
  });
});
