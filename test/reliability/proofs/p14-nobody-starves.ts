import { Findings, percentile, type Proof } from '../proof.js';
import type { HostedApp } from '../rig/hosted-app.js';
import { jobRow, pause, until } from '../rig/jobs.js';
import { someCrops } from '../rig/people.js';
import { Rig } from '../rig/rig.js';

export const nobodyStarves: Proof = {
  id: 'P14',
  promise: 'Small jobs beside a job of 10,000 faces take at most three times as long as alone',
  grounds: ['SQLite', 'MariaDB'],
  alone: true,
  run: async (context) => {
    const rig = await Rig.open(context.database, {
      fake: { capacity: 4, latencyMs: 60 },
      environment: {
        COMPREFACE_HEADERS_TIMEOUT_MS: '20000',
        COMPREFACE_TOTAL_TIMEOUT_MS: '25000',
        TRAINING_LEASE_MS: '20000',
      },
    });
    const findings = new Findings();
    try {
      const app = await rig.host();
      const small = context.count(50, 8);
      const crops = await someCrops(3);
      const [warmUp, ...alone] = await rig.seed(small + 1, crops);
      await timed(rig, app, warmUp!.id);
      const solo: number[] = [];
      for (const { id } of alone) solo.push(await timed(rig, app, id));
      const faces = context.count(10_000, 2_000);
      const [large] = await rig.seed(1, await someCrops(faces, 9));
      // Making them let no timer through: connections that were idle too long are closed only now.
      await pause(500);
      const largeJob = (await app.api.post(`/persons/${large!.id}/train`, { config: { maxFacesPerBatch: 500 } })).body
        .trainingId as number;
      const sql = await rig.sql();
      await until(async () => (await jobRow(sql, largeJob)).faces_added > 50, 20_000, 'the large job does not begin');
      const beside: number[] = [];
      for (const { id } of await rig.seed(small, crops)) beside.push(await timed(rig, app, id));
      const { state, faces_added } = await jobRow(sql, largeJob);
      findings.expect(state === 'running', `the large job was ${state} before the small ones were through`);
      await app.api.delete(`/training/jobs/${largeJob}`);
      await until(
        async () => (await jobRow(sql, largeJob)).state === 'cancelled',
        10_000,
        'the large job does not stop',
      );
      const [p95alone, p95beside] = [percentile(solo, 0.95), percentile(beside, 0.95)];
      findings.expect(
        p95beside <= 3 * p95alone,
        `p95 ${p95beside.toFixed(0)} ms beside it, ${p95alone.toFixed(0)} ms alone`,
      );
      findings.remark(
        `${small} jobs of 3 faces: p95 ${p95alone.toFixed(0)} ms alone, ${p95beside.toFixed(0)} ms beside a job of ${faces} faces (${faces_added} of them done meanwhile)`,
      );
      return findings.result(small);
    } finally {
      await rig.close();
    }
  },
};

async function timed(rig: Rig, app: HostedApp, personId: number): Promise<number> {
  const startedMs = performance.now();
  const id = (await app.api.post(`/persons/${personId}/train`, {})).body.trainingId as number;
  const sql = await rig.sql();
  await until(async () => (await jobRow(sql, id)).state === 'completed', 60_000, `the small job ${id} does not end`);
  return performance.now() - startedMs;
}
