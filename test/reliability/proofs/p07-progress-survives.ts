import type { SpawnedApp } from '../../support/spawn-app.js';
import { Findings, type Proof } from '../proof.js';
import { jobRow, until } from '../rig/jobs.js';
import { someCrops } from '../rig/people.js';
import { Rig } from '../rig/rig.js';

const BATCH = 50;

export const progressSurvives: Proof = {
  id: 'P7',
  promise: 'Progress survives: after a kill at most one batch is looked for again, and nothing else is sent twice',
  grounds: ['SQLite', 'MariaDB'],
  run: async (context) => {
    const faces = context.count(10_000, 400);
    const kills = context.count(20, 2);
    const rig = await Rig.open(context.database, { fake: { capacity: 16, latencyMs: 5 } });
    const findings = new Findings();
    try {
      let app: SpawnedApp = await rig.spawn();
      const [person] = await rig.seed(1, await someCrops(faces));
      const sql = await rig.sql();
      const config = { minFacesThreshold: 1, maxFacesPerBatch: BATCH };
      const id = (await app.api.post(`/persons/${person!.id}/train`, { trainingType: 'full', config })).body
        .trainingId as number;
      for (let kill = 1; kill <= kills; kill += 1) {
        const done = Math.floor(((kill - context.random()) * faces) / (kills + 1));
        await until(async () => (await stored(rig)) >= done, 120_000, 'the job makes no progress');
        await app.kill();
        app = await rig.spawn();
        context.progress(`kill ${kill} after ${done} faces`);
      }
      await until(async () => (await jobRow(sql, id)).state === 'completed', 300_000, 'the job does not end');
      const uploads = (await rig.fake.requests()).counts.addFace;
      const extra = uploads - faces;
      findings.expect(extra <= kills * BATCH, `${extra} uploads too many`);
      findings.expect((await jobRow(sql, id)).faces_added === faces, 'faces were lost');
      findings.fail(...(await rig.violations()));
      findings.remark(
        `${faces} faces, ${kills} kills -9, ${uploads} uploads: ${extra} more than faces, ${kills * BATCH} allowed`,
      );
      return findings.result(kills);
    } finally {
      await rig.close();
    }
  },
};

async function stored(rig: Rig): Promise<number> {
  const [row] = await (await rig.sql()).all<{ n: number }>("SELECT COUNT(*) AS n FROM example WHERE state = 'present'");
  return row?.n ?? 0;
}
