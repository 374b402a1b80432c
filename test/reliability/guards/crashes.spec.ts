import { JobExecution } from '../../../src/training/job-execution.js';
import { Worker } from '../../../src/training/worker.js';
import { databases } from '../../support/databases.js';
import { minutes } from '../../support/test-clock.js';
import { jobRow } from '../rig/jobs.js';
import { type SeededApp, seededApp } from './seeded-app.js';

describe.each(databases)('a job under which the process died twice, on $name,', (database) => {
  let t: SeededApp;
  let execution: JobExecution;
  let worker: Worker;
  beforeEach(async () => {
    t = await seededApp({ TRAINING_AUTOSTART: 'true', TRAINING_CONCURRENCY: '5' }, database);
    execution = t.app.get(JobExecution);
    worker = t.app.get(Worker);
  });
  afterEach(() => t.close());

  const queue = async (crashes: number): Promise<number> => {
    const [person] = await t.people(1, 1);
    const id = await t.queue(person!.id);
    await t.sql.run('UPDATE training_job SET crashes = ? WHERE id = ?', [crashes, id]);
    return id;
  };
  const states = async (...ids: number[]): Promise<string[]> =>
    Promise.all(ids.map(async (id) => (await jobRow(t.sql, id)).state));
  const endAll = async (): Promise<void> => {
    await t.fake.setPace({ capacity: 8 });
    await execution.idle();
  };

  it('is run alone, so that no other job is blamed for its third crash', async () => {
    await t.fake.setPace({ capacity: 0 });
    const suspect = await queue(2);
    const [once, sound] = [await queue(1), await queue(0)];
    expect(await worker.claimDue()).toBe(2);
    expect(await states(suspect, once, sound)).toEqual(['pending', 'running', 'running']);
    await endAll();
    await t.fake.setPace({ capacity: 0 });
    const later = await queue(0);
    expect(await worker.claimDue()).toBe(1);
    expect(await states(suspect, later)).toEqual(['pending', 'running']);
    await endAll();
    await t.fake.setPace({ capacity: 0 });
    const last = await queue(0);
    t.clock.advance(minutes(11));
    expect(await worker.claimDue()).toBe(1);
    expect(await states(suspect, last)).toEqual(['running', 'pending']);
    await endAll();
    expect(await states(suspect)).toEqual(['completed']);
  });

  it('gets its turn although there is always other work', async () => {
    await t.fake.setPace({ capacity: 0 });
    const suspect = await queue(2);
    await queue(0);
    await worker.claimDue();
    t.clock.advance(minutes(11));
    await queue(0);
    expect(await worker.claimDue()).toBe(0);
    await endAll();
    await t.fake.setPace({ capacity: 0 });
    expect(await worker.claimDue()).toBe(1);
    expect(await states(suspect)).toEqual(['running']);
    await endAll();
  });

  it('is run by process-queue after all others', async () => {
    const suspect = await queue(2);
    const others = [await queue(0), await queue(0), await queue(0)];
    const answer = await t.api.post('/training/process-queue', { config: { maxConcurrentJobs: 3 } });
    expect(answer.body.results).toHaveLength(4);
    expect(await states(suspect, ...others)).toEqual(['completed', 'completed', 'completed', 'completed']);
  });
});
