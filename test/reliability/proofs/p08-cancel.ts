import { JobStore } from '../../../src/training/job-store.js';
import { Findings, percentile, type Proof, type ProofContext } from '../proof.js';
import type { HostedApp } from '../rig/hosted-app.js';
import { jobRow, pause, until } from '../rig/jobs.js';
import { someCrops } from '../rig/people.js';
import { Rig } from '../rig/rig.js';

const AT_ONCE = 8;
const FACES = 60;

export const cancelOrComplete: Proof = {
  id: 'P8',
  promise:
    'A cancel takes effect within 3 s, and a cancel that races with the end has one outcome, which the answer tells',
  grounds: ['SQLite', 'MariaDB'],
  run: async (context) => {
    const rig = await Rig.open(context.database, { environment: { TRAINING_LEASE_MS: '60000' } });
    const findings = new Findings();
    try {
      const app = await rig.host();
      const races = await race(rig, app, context, findings);
      const cancels = await cancelUploads(rig, app, context, findings);
      findings.fail(...(await rig.violations()));
      return findings.result(races + cancels);
    } finally {
      await rig.close();
    }
  },
};

/** Whoever holds the job ends it while somebody cancels it over HTTP. */
async function race(rig: Rig, app: HostedApp, context: ProofContext, findings: Findings): Promise<number> {
  const races = context.count(2_000, 100);
  const jobs = app.get(JobStore);
  const sql = await rig.sql();
  const people = await rig.seed(AT_ONCE, await someCrops(1));
  const outcomes = new Map<string, number>();
  let left = races;
  // Whoever loses gets a head start next time, so that both come first about as often.
  let headStartMs = 0;
  const one = async (personId: number): Promise<void> => {
    const { body } = await app.api.post(`/persons/${personId}/queue-training`, { config: { minFacesThreshold: 1 } });
    const id = body.trainingId as number;
    const claim = await jobs.claim(id);
    const ending = {
      state: context.random() < 0.8 ? 'completed' : 'failed',
      error: null,
      successRate: 100,
      activeMs: 1,
    } as const;
    const end = async (): Promise<string> => {
      await pause(Math.max(0, headStartMs) + context.random() * 4);
      return jobs.finish(claim!, ending);
    };
    const cancel = async (): Promise<number> => {
      await pause(Math.max(0, -headStartMs) + context.random() * 4);
      return (await app.api.delete(`/training/jobs/${id}`)).status;
    };
    const [ended, answer] = await Promise.all([end(), cancel()]);
    const { state } = await jobRow(sql, id);
    headStartMs += state === 'cancelled' ? -0.5 : 0.5;
    outcomes.set(`${answer} ${state}`, (outcomes.get(`${answer} ${state}`) ?? 0) + 1);
    findings.expect(state === ended, `job ${id}: the holder was told ${ended}, the row says ${state}`);
    findings.expect(
      state === (answer === 200 ? 'cancelled' : ending.state),
      `job ${id}: the cancel was answered ${answer}, and the job is ${state}`,
    );
    findings.expect([200, 409].includes(answer), `job ${id}: the cancel was answered ${answer}`);
  };
  await Promise.all(
    people.map(async ({ id }) => {
      while (left-- > 0) await one(id);
    }),
  );
  findings.remark(
    `${races} races of a cancel with the end: ${[...outcomes]
      .sort()
      .map(([key, n]) => `${key}: ${n}`)
      .join(', ')}`,
  );
  return races;
}

/** Cancels by another replica where there is one: it is seen at a heartbeat, not by a short cut. */
async function cancelUploads(rig: Rig, app: HostedApp, context: ProofContext, findings: Findings): Promise<number> {
  const cancels = context.count(200, 10);
  const sql = await rig.sql();
  const other = sql.kind === 'mariadb' ? await rig.host() : app;
  await rig.fake.setPace({ capacity: 2, latencyMs: 30 });
  const crops = await someCrops(FACES);
  const effects: number[] = [];
  const latest: number[] = [];
  for (let done = 0; done < cancels;) {
    const some = Math.min(5, cancels - done);
    const people = await rig.seed(some, crops);
    await Promise.all(
      people.map(async ({ id: personId, subject }) => {
        const { body } = await app.api.post(`/persons/${personId}/train`, { config: { maxFacesPerBatch: 16 } });
        const id = body.trainingId as number;
        await until(async () => (await jobRow(sql, id)).faces_added > 0, 20_000, `job ${id} does not begin`);
        const askedMs = performance.timeOrigin + performance.now();
        const { status } = await other.api.delete(`/training/jobs/${id}`);
        await until(async () => (await jobRow(sql, id)).state !== 'running', 10_000, `job ${id} does not stop`);
        effects.push(performance.timeOrigin + performance.now() - askedMs);
        const { state } = await jobRow(sql, id);
        findings.expect(
          status === 200 && state === 'cancelled',
          `job ${id}: the cancel was answered ${status}, and the job is ${state}`,
        );
        const log = (await rig.fake.requests()).log.filter(
          (entry) => entry.route === 'addFace' && entry.subject === subject,
        );
        latest.push(Math.max(0, ...log.map(({ atMs }) => atMs - askedMs)));
      }),
    );
    done += some;
  }
  const [p99, last] = [percentile(effects, 0.99), Math.max(...latest)];
  findings.expect(p99 <= 3_000, `the p99 of a cancel is ${p99.toFixed(0)} ms`);
  findings.expect(last <= 1_000, `an upload began ${last.toFixed(0)} ms after the cancel`);
  findings.remark(
    `${cancels} cancels amid uploads: effect after p50 ${percentile(effects, 0.5).toFixed(0)} ms, p99 ${p99.toFixed(0)} ms; the last upload began ${last.toFixed(0)} ms after the request`,
  );
  return cancels;
}
