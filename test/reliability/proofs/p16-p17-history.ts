import { JobCleanup } from '../../../src/training/job-cleanup.js';
import { JobStore } from '../../../src/training/job-store.js';
import { Worker } from '../../../src/training/worker.js';
import { Findings, percentile, type Proof } from '../proof.js';
import type { HostedApp } from '../rig/hosted-app.js';
import { seedHistory } from '../rig/history.js';
import { pause } from '../rig/jobs.js';
import { someCrops } from '../rig/people.js';
import { Rig } from '../rig/rig.js';

const READS = 200;

export const historyCostsNothing: Proof = {
  id: 'P16',
  promise: 'However many jobs have ended, the queue, the statistics, a page of jobs and a claim cost the same',
  grounds: ['SQLite', 'MariaDB'],
  alone: true,
  run: async (context) => {
    const rig = await Rig.open(context.database, {
      environment: { TRAINING_LEASE_MS: '600000' },
    });
    const findings = new Findings();
    try {
      const app = withoutWorker(await rig.host());
      const people = await rig.seed(402, await someCrops(1));
      const history = people.pop()!.id;
      const few = context.count(10_000, 1_000);
      const many = context.count(1_000_000, 20_000);
      await seedHistory(await rig.sql(), history, few);
      const before = await measure(
        app,
        people.splice(0, 200).map(({ id }) => id),
      );
      await seedHistory(await rig.sql(), history, many - few);
      // The seeding let no timer through, and the server still writes its pages out: what is measured is the history, not its making.
      await pause(context.count(15_000, 500));
      context.progress(`${many} jobs are there`);
      const after = await measure(
        app,
        people.splice(0, 200).map(({ id }) => id),
      );
      for (const what of ['queue', 'stats', 'jobs', 'claim'] as const) {
        const [a, b] = [percentile(before[what], 0.5), percentile(after[what], 0.5)];
        const p99 = percentile(after[what], 0.99);
        findings.remark(
          `${what}: p50 ${a.toFixed(1)} ms at ${few} jobs, ${b.toFixed(1)} ms at ${many} (x ${(b / a).toFixed(2)}); p99 ${p99.toFixed(1)} ms`,
        );
        findings.expect(b <= 1.5 * a + 0.5, `${what} takes ${(b / a).toFixed(2)} times as long at ${many} jobs`);
      }
      return findings.result(READS * 4);
    } finally {
      await rig.close();
    }
  },
};

type Times = Record<'queue' | 'stats' | 'jobs' | 'claim', number[]>;

async function measure(app: HostedApp, people: readonly number[]): Promise<Times> {
  const times: Times = { queue: [], stats: [], jobs: [], claim: [] };
  const ids: number[] = [];
  for (const id of people)
    ids.push(
      (await app.api.post(`/persons/${id}/queue-training`, { config: { minFacesThreshold: 1 } })).body
        .trainingId as number,
    );
  for (let read = 0; read < READS; read += 1) {
    await timed(times.queue, () => app.api.get('/training/queue?limit=50'));
    await timed(times.stats, () => app.api.get('/training/stats'));
    await timed(times.jobs, () => app.api.get('/training/jobs?limit=50'));
  }
  const store = app.get(JobStore);
  for (const id of ids) {
    const claim = await timed(times.claim, () => store.claim(id));
    await store.cancelled(claim!, 0);
  }
  return times;
}

async function timed<T>(into: number[], work: () => Promise<T>): Promise<T> {
  const startedMs = performance.now();
  const result = await work();
  into.push(performance.now() - startedMs);
  return result;
}

export const cleanupStallsNobody: Proof = {
  id: 'P17',
  promise: 'Cleaning up never stalls the work: claims go on, and none comes back empty although work waits',
  grounds: ['SQLite', 'MariaDB'],
  alone: true,
  run: async (context) => {
    const rig = await Rig.open(context.database, {
      environment: { DB_POOL_SIZE: '20', TRAINING_LEASE_MS: '600000' },
    });
    const findings = new Findings();
    try {
      const app = withoutWorker(await rig.host());
      const jobs = context.count(900_000, 5_000);
      const rows = context.ground === 'SQLite' ? Math.min(jobs, 200_000) : jobs;
      const people = await rig.seed(201, await someCrops(1));
      await seedHistory(await rig.sql(), people.pop()!.id, rows);
      context.progress(`${rows} jobs are there`);
      const store = app.get(JobStore);
      const ids: number[] = [];
      for (const { id } of people)
        ids.push(
          (await app.api.post(`/persons/${id}/queue-training`, { config: { minFacesThreshold: 1 } })).body
            .trainingId as number,
        );
      const quiet = await claimsWhile(store, ids, pause(3_000));
      const startedMs = performance.now();
      // Past HTTP, where a client has less patience than this may take on a slow machine.
      const cleaned = app.get(JobCleanup).deleteOlderThan(30);
      const { claims, empty } = await claimsWhile(store, ids, cleaned);
      await cleaned;
      const seconds = (performance.now() - startedMs) / 1_000;
      const [left] = await (
        await rig.sql()
      ).all<{ n: number }>("SELECT COUNT(*) AS n FROM training_job WHERE state IN ('completed', 'failed')");
      findings.expect(left?.n === 0, `${left?.n} old jobs are left`);
      findings.expect(empty === 0, `${empty} claims came back empty`);
      const [before, p99] = [percentile(quiet.claims, 0.99), percentile(claims, 0.99)];
      findings.expect(
        p99 <= Math.max(100, 3 * before),
        `the p99 of a claim is ${p99.toFixed(0)} ms, ${before.toFixed(0)} ms without a cleanup`,
      );
      findings.fail(...(await rig.violations()));
      findings.remark(
        `${rows} jobs removed in ${seconds.toFixed(0)} s; meanwhile ${(claims.length / seconds).toFixed(0)} claims/s, p50 ${percentile(claims, 0.5).toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, worst ${Math.max(...claims).toFixed(0)} ms; without a cleanup p99 ${before.toFixed(1)} ms`,
      );
      return findings.result(claims.length);
    } finally {
      await rig.close();
    }
  },
};

/** Four who claim jobs and give them back, until something else is done. */
async function claimsWhile(
  store: JobStore,
  ids: readonly number[],
  other: Promise<unknown>,
): Promise<{ claims: number[]; empty: number }> {
  const claims: number[] = [];
  const state = { empty: 0, done: false };
  void other.finally(() => {
    state.done = true;
  });
  const lane = async (own: readonly number[]): Promise<void> => {
    for (let turn = 0; !state.done; turn += 1) {
      // SQLite answers without ever letting the event loop go on.
      await new Promise((resolve) => setImmediate(resolve));
      const began = performance.now();
      const claim = await store.claim(own[turn % own.length]!);
      claims.push(performance.now() - began);
      if (claim) await store.pause(claim, { delayMs: 0, error: null, burnsAttempt: false, outages: 0, activeMs: 0 });
      else state.empty += 1;
    }
  };
  await Promise.all([0, 1, 2, 3].map((part) => lane(ids.filter((_, index) => index % 4 === part))));
  return { claims, empty: state.empty };
}

/** However long it takes: jobs are claimed by the proof alone. */
function withoutWorker(app: HostedApp): HostedApp {
  app.get(Worker).claimDue = () => Promise.resolve(0);
  return app;
}
