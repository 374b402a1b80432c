import { JobControl } from '../../../src/training/job-control.js';
import { JobExecution } from '../../../src/training/job-execution.js';
import { LostJobError } from '../../../src/training/held-job.js';
import { JobStore } from '../../../src/training/job-store.js';
import { databases } from '../../support/databases.js';
import { eventually } from '../../support/eventually.js';
import { minutes } from '../../support/test-clock.js';
import { jobRow } from '../rig/jobs.js';
import { type SeededApp, seededApp } from './seeded-app.js';

const DONE = { state: 'completed', error: null, successRate: 100, activeMs: 1 } as const;

describe.each(databases)('the lease of a job on $name', (database) => {
  let t: SeededApp;
  let jobs: JobStore;
  let control: JobControl;
  beforeEach(async () => {
    t = await seededApp({ TRAINING_LEASE_MS: '600000' }, database);
    jobs = t.app.get(JobStore);
    control = t.app.get(JobControl);
  });
  afterEach(() => t.close());

  async function aClaimedJob(): Promise<NonNullable<Awaited<ReturnType<JobStore['claim']>>>> {
    const [person] = await t.people(1, 2);
    const claim = await jobs.claim(await t.queue(person!.id));
    return claim!;
  }

  it('that ran out lets the next holder work, and refuses every write of the former one', async () => {
    const former = await aClaimedJob();
    t.clock.advance(minutes(20));
    expect(await control.reap()).toBe(1);
    t.clock.advance(minutes(20));
    const next = await jobs.claim(former.id);
    expect(next!.epoch).toBeGreaterThan(former.epoch);

    await expect(jobs.finish(former, DONE)).rejects.toThrow(LostJobError);
    await expect(
      jobs.pause(former, { delayMs: 0, error: null, burnsAttempt: false, outages: 0, activeMs: 1 }),
    ).rejects.toThrow(LostJobError);
    expect(await jobs.heartbeat(former)).toEqual({ held: false, cancelRequested: false });

    expect(await jobRow(t.sql, former.id)).toMatchObject({ state: 'running', epoch: next!.epoch });
    expect(await jobs.finish(next!, DONE)).toBe('completed');
  });

  it('is not taken back from a job that ended since the reaper looked', async () => {
    const claim = await aClaimedJob();
    const reaper = control as unknown as { takeBack(id: number, epoch: number, all: boolean): Promise<boolean> };
    t.clock.advance(minutes(20));
    await jobs.finish(claim, DONE);
    expect(await reaper.takeBack(claim.id, claim.epoch, false)).toBe(false);
    expect((await jobRow(t.sql, claim.id)).state).toBe('completed');
  });

  it('is not taken back when it was extended since the reaper looked', async () => {
    const claim = await aClaimedJob();
    const reaper = control as unknown as { takeBack(id: number, epoch: number, all: boolean): Promise<boolean> };
    t.clock.advance(minutes(20));
    await jobs.heartbeat(claim);
    expect(await reaper.takeBack(claim.id, claim.epoch, false)).toBe(false);
  });

  it('finds the one dead job behind many that live', async () => {
    const alive = await t.people(101, 1);
    for (const { id } of alive) await jobs.claim(await t.queue(id));
    const [dead] = await t.people(1, 1);
    const orphan = await jobs.claim(await t.queue(dead!.id));
    await t.sql.run(`UPDATE training_job SET lease_until = ${t.sql.now} - 1 WHERE id = ?`, [orphan!.id]);
    expect(await control.reap()).toBe(1);
    expect((await jobRow(t.sql, orphan!.id)).state).toBe('pending');
  });

  it('that ran out while its process lived on is no crash of the job', async () => {
    const claim = await aClaimedJob();
    t.clock.advance(minutes(20));
    await control.reap();
    expect((await jobRow(t.sql, claim.id)).crashes).toBe(1);
    await jobs.livesOn(claim);
    expect(await jobRow(t.sql, claim.id)).toMatchObject({ crashes: 0, attempt: 0 });
  });

  it('of a job that this process works on is not taken back by its own reaper, however the clocks are set', async () => {
    await t.fake.setPace({ capacity: 0 });
    const [person] = await t.people(1, 2);
    const id = await t.queue(person!.id);
    const taken = await t.app.get(JobExecution).take(id);
    t.clock.advance(minutes(60));
    expect(await control.reap(false, t.app.get(JobExecution).heldIds)).toBe(0);
    await t.fake.setPace({ capacity: 8 });
    await taken!.ended;
    expect(await jobRow(t.sql, id)).toMatchObject({ state: 'completed', attempt: 1, crashes: 0 });
  });
});

describe('a process that is told to stop', () => {
  it('keeps its leases until the last upload is written down', async () => {
    const t = await seededApp({ COMPREFACE_HEADERS_TIMEOUT_MS: '20000', COMPREFACE_TOTAL_TIMEOUT_MS: '20000' });
    await t.fake.setPace({ capacity: 0 });
    const [person] = await t.people(1, 2);
    const id = await t.queue(person!.id);
    const execution = t.app.get(JobExecution);
    await execution.take(id);
    await eventually(async () => {
      expect((await t.fake.requests()).inFlight).toBe(2);
    });
    const draining = execution.drain(20_000);
    const [told] = await leases(t);
    // Two signs of life after it was told: other processes would take the job over as soon as its lease is out.
    await eventually(async () => {
      expect((await leases(t))[0]).toBeGreaterThan(told!);
    });
    const [extended] = await leases(t);
    await eventually(async () => {
      expect((await leases(t))[0]).toBeGreaterThan(extended!);
    });
    await t.fake.setPace({ capacity: 8 });
    await draining;
    expect(await jobRow(t.sql, id)).toMatchObject({ state: 'pending', attempt: 0, crashes: 0 });
    const [row] = await t.sql.all<{ n: number }>("SELECT COUNT(*) AS n FROM example WHERE state = 'present'");
    expect(row!.n).toBe(2);
    await t.close();
  });

  it('claims nothing more, and gives back what it was just claiming', async () => {
    const t = await seededApp();
    const people = await t.people(2, 2);
    const [first, second] = [await t.queue(people[0]!.id), await t.queue(people[1]!.id)];
    const execution = t.app.get(JobExecution);
    const taking = execution.take(first);
    await execution.drain(100);
    await taking;
    expect(await execution.take(second)).toBeNull();
    expect(execution.running).toBe(0);
    expect(await jobRow(t.sql, first)).toMatchObject({ state: 'pending', attempt: 0 });
    await t.close();
  });
});

async function leases(t: SeededApp): Promise<number[]> {
  const rows = await t.sql.all<{ lease_until: number | string }>(
    "SELECT lease_until FROM training_job WHERE state = 'running'",
  );
  return rows.map(({ lease_until }) => Number(lease_until));
}
