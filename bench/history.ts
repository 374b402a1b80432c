import { Database } from '../src/database/database.js';
import { select } from '../src/database/sql.js';
import { JobCleanup } from '../src/training/job-cleanup.js';
import { JobCounters } from '../src/training/job-counters.js';
import { JobStore } from '../src/training/job-store.js';
import { type DatabaseKind, databases, type TestDatabase } from '../test/support/databases.js';
import { spawnFakeCompreFace } from '../test/support/fake-compreface/spawn-fake-compreface.js';
import { newTestApp, type TestApp } from '../test/support/new-test-app.js';
import { figure, heading, quantile, timed, wait } from './report.js';
import { addJobs, addPersons, seededPlace } from './seed.js';
import { existing, Service } from './service.js';

const PERSONS = 10_000;
const SMALL = 1_000;
const LARGE = 1_000_000;
const OLD_SHARE = 0.9;
const READS = 1_000;
const CLAIMS = 200;
const READ_PATHS = {
  nothing: '/health/live',
  queue: '/training/queue',
  stats: '/training/stats',
  jobs: '/training/jobs',
};

type Costs = Record<keyof typeof READ_PATHS | 'claim', number[]>;

/** Whether a long history makes anything slower, and whether cleaning it up stands in anybody's way. */
export async function history(): Promise<void> {
  for (const kind of databases) {
    heading(`${kind.name}: ${SMALL.toLocaleString('en')} against ${LARGE.toLocaleString('en')} jobs`);
    const small = await withJobs(kind, SMALL, () => Promise.resolve());
    const large = await withJobs(kind, LARGE, cleanUpUnderLoad);
    figure('a request that does nothing: median', quantile(large.nothing, 0.5), 'ms');
    figure('a request that does nothing: p99', quantile(large.nothing, 0.99), 'ms');
    compare('GET queue', small.queue, large.queue, 10);
    compare('GET stats', small.stats, large.stats, 10);
    compare('GET jobs, a page', small.jobs, large.jobs, 50);
    compare('claim', small.claim, large.claim, 100);
  }
}

async function withJobs(kind: DatabaseKind, ended: number, more: (t: TestApp) => Promise<void>): Promise<Costs> {
  const place = await seededPlace(kind, async (db) => {
    await addPersons(db, PERSONS);
    await addJobs(db, { ended, due: 1_000, persons: PERSONS, oldShare: OLD_SHARE });
  });
  try {
    const reads = await measureReads(place);
    // In this process, to reach the worker's own step; its own rounds come too seldom to interfere.
    const environment = { TRAINING_POLL_MS: '60000', TRAINING_REAP_MS: '600000' };
    const t = await newTestApp({ database: existing(kind, place), environment });
    const claim = await timed(CLAIMS, () => claimOne(t));
    await more(t);
    await t.close();
    return { ...reads, claim };
  } finally {
    await place.drop();
  }
}

async function measureReads(place: TestDatabase): Promise<Omit<Costs, 'claim'>> {
  const fake = await spawnFakeCompreFace();
  const service = await Service.start(place, fake, { TRAINING_POLL_MS: '60000' });
  const read = async (path: string): Promise<number[]> => {
    await timed(200, () => service.send('GET', path));
    return timed(READS, () => service.send('GET', path));
  };
  const costs = {
    nothing: await read(READ_PATHS.nothing),
    queue: await read(READ_PATHS.queue),
    stats: await read(READ_PATHS.stats),
    jobs: await read(READ_PATHS.jobs),
  };
  await service.stop();
  await fake.close();
  return costs;
}

async function claimOne(t: TestApp): Promise<void> {
  // As the worker does, without the work on the job.
  const db = t.app.get(Database);
  const candidates = await select<{ id: number }>(
    db.reader,
    `SELECT id FROM training_job WHERE state = 'pending' AND run_at <= ${db.now} AND begun = 1 ORDER BY run_at, id LIMIT 32`,
  );
  const chosen = candidates[Math.floor(Math.random() * candidates.length)];
  if (!chosen || !(await t.app.get(JobStore).claim(chosen.id))) throw new Error('nothing was claimed');
}

function compare(name: string, small: readonly number[], large: readonly number[], largestMs: number): void {
  const [before, after] = [quantile(small, 0.5), quantile(large, 0.5)];
  figure(`${name}: median at 1,000 jobs`, before, 'ms');
  figure(`${name}: median at 1,000,000 jobs, against 1,000`, after / before, 'times', { atMost: 1.5 });
  figure(`${name}: p99 at 1,000,000 jobs`, quantile(large, 0.99), 'ms', { atMost: largestMs });
}

async function cleanUpUnderLoad(t: TestApp): Promise<void> {
  const startedAt = performance.now();
  const state = { cleaning: true };
  const cleanup = t.app
    .get(JobCleanup)
    .deleteOlderThan(30)
    .finally(() => (state.cleaning = false));
  const claims: number[] = [];
  // As many as are due, each beside the deletions.
  for (let left = 700; state.cleaning && left > 0; left -= 1) {
    claims.push(...(await timed(1, () => claimOne(t))));
    await wait(100);
  }
  const deleted = await cleanup;
  const seconds = (performance.now() - startedAt) / 1_000;
  figure('cleanup: jobs deleted', deleted, '', { atLeast: LARGE * OLD_SHARE });
  figure('cleanup: jobs a second', deleted / seconds, '/s');
  figure('cleanup: p99 of a claim meanwhile', quantile(claims, 0.99), 'ms', { atMost: 100 });
  const counters = await t.app.get(JobCounters).read();
  const rows = await select<{ n: number }>(
    t.app.get(Database).reader,
    "SELECT COUNT(*) AS n FROM training_job WHERE state = 'completed'",
  );
  const drift = Math.abs(counters('all_completed') - (rows[0]?.n ?? 0));
  figure('cleanup: drift of the counters', drift, 'jobs', { atMost: 0 });
}
