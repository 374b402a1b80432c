import { startFaultProxy, type FaultProxy } from '../../support/fault-proxy.js';
import type { SpawnedApp } from '../../support/spawn-app.js';
import { Findings, percentile, type Proof } from '../proof.js';
import { jobRow, until, untilIdle } from '../rig/jobs.js';
import type { PlainSql } from '../rig/plain-sql.js';
import { someCrops } from '../rig/people.js';
import { Rig } from '../rig/rig.js';

const LEASE_MS = 2_000;
/** 15 s beside a lease of 30 s, scaled like the lease. */
const ALLOWED_MS = LEASE_MS + 1_000;
const JOBS = 3;

type Death = 'SIGKILL' | 'SIGSTOP' | 'black hole before the database';
const DEATHS: readonly Death[] = ['SIGKILL', 'SIGSTOP', 'black hole before the database'];

export const noZombie: Proof = {
  id: 'P5',
  promise: 'The jobs of a dead process start again within the lease + 15 s (scaled: 2 s + 1 s)',
  grounds: ['MariaDB'],
  run: async (context) => {
    const rig = await Rig.open(context.database, { fake: { capacity: 8, latencyMs: 20 } });
    const findings = new Findings();
    try {
      await rig.spawn();
      const crops = await someCrops(40);
      const url = new URL(rig.environment['DATABASE_URL']!);
      const trials = context.count(8);
      let taken = 0;
      for (const death of DEATHS) {
        const delays: number[] = [];
        for (let trial = 0; trial < trials; trial += 1) {
          const proxy = await startFaultProxy({ port: Number(url.port) });
          url.port = String(proxy.port);
          const victim = await rig.spawn({ DATABASE_URL: url.href, DB_STALLED_TRANSACTION_MS: '1000' });
          url.port = new URL(rig.environment['DATABASE_URL']!).port;
          delays.push(...(await oneDeath(rig, victim, proxy, death, crops)));
          await victim.kill();
          await untilIdle(await rig.sql(), 30_000);
          await proxy.close();
        }
        const worst = Math.max(0, ...delays);
        taken += delays.length;
        findings.expect(worst <= ALLOWED_MS, `${death}: a job waited ${worst.toFixed(0)} ms`);
        findings.remark(
          `${death}: ${delays.length} jobs, taken up again after p50 ${percentile(delays, 0.5).toFixed(0)} ms, worst ${worst.toFixed(0)} ms`,
        );
        context.progress(`${death} done`);
      }
      findings.fail(...(await rig.violations()));
      return findings.result(taken);
    } finally {
      await rig.close();
    }
  },
};

/** How long after the death of its process each job was taken up again, in ms. */
async function oneDeath(
  rig: Rig,
  victim: SpawnedApp,
  proxy: FaultProxy,
  death: Death,
  crops: Awaited<ReturnType<typeof someCrops>>,
): Promise<number[]> {
  const sql = await rig.sql();
  const people = await rig.seed(JOBS, crops);
  const ids: number[] = [];
  for (const { id } of people)
    ids.push(
      (await victim.api.post(`/persons/${id}/train`, { config: { maxFacesPerBatch: 8 } })).body.trainingId as number,
    );
  await until(
    async () =>
      (await Promise.all(ids.map((id) => jobRow(sql, id)))).every(
        (job) => job.faces_added > 0 || job.state !== 'running',
      ),
    20_000,
    'the jobs do not get going',
  );
  const running = (await Promise.all(ids.map((id) => jobRow(sql, id)))).filter(({ state }) => state === 'running');
  const diedMs = performance.now();
  if (death === 'SIGKILL') await victim.kill();
  else if (death === 'SIGSTOP') victim.signal('SIGSTOP');
  else await proxy.setMode({ kind: 'blackhole' });
  const delays = await Promise.all(
    running.map(async (job) => {
      let now = job;
      await until(
        async () => {
          now = await jobRow(sql, job.id);
          return now.epoch > job.epoch || now.state === 'completed';
        },
        30_000,
        () => stillHeld(sql, job.id),
      );
      // One that ended in its epoch was in the hands of the process that lives.
      return now.epoch > job.epoch ? performance.now() - diedMs : null;
    }),
  );
  return delays.filter((delay) => delay !== null);
}

/** What keeps a job with a dead process. */
async function stillHeld(sql: PlainSql, jobId: number): Promise<string> {
  const facts = await Promise.all([
    jobRow(sql, jobId),
    sql.all('SELECT event, detail FROM job_event WHERE job_id = ? ORDER BY id', [jobId]),
    sql.all(`SELECT ${sql.now} AS now`),
    sql.all('SELECT trx_state, trx_started, trx_query FROM information_schema.innodb_trx'),
  ]);
  return `job ${jobId} was never taken back: ${JSON.stringify(facts)}`;
}
