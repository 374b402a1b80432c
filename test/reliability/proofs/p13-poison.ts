import { dieAt } from '../../support/kill-points.js';
import type { SpawnedApp } from '../../support/spawn-app.js';
import { Findings, type Proof } from '../proof.js';
import { type JobRow, jobRows, pause } from '../rig/jobs.js';
import { someCrops } from '../rig/people.js';
import { Rig } from '../rig/rig.js';

const FACES = 3;

export const poison: Proof = {
  id: 'P13',
  promise: 'A job that kills its process is parked after exactly 3 crashes, and all others are done',
  grounds: ['SQLite', 'MariaDB'],
  run: async (context) => {
    const jobs = context.count(500, 40);
    const rig = await Rig.open(context.database, {
      fake: { latencyMs: 5 },
      environment: { TRAINING_AUTOSTART: 'true' },
    });
    const findings = new Findings();
    try {
      const first = await rig.spawn({ TRAINING_AUTOSTART: 'false' });
      const people = await rig.seed(jobs + 1, await someCrops(FACES));
      const poisoned = people[Math.floor(jobs / 3)]!.id;
      for (const { id } of people) await first.api.post(`/persons/${id}/queue-training`, {});
      await first.kill();
      const sql = await rig.sql();
      const open = async (): Promise<number> =>
        (await sql.all("SELECT id FROM training_job WHERE state IN ('pending', 'running')")).length;
      const crashes = await startAgainAndAgain(rig, poisoned, open);
      const others = judge(await jobRows(sql), poisoned, crashes, findings);
      findings.fail(...(await rig.violations()));
      findings.remark(
        `${crashes} crashes, then parked; ${others.filter(({ state }) => state === 'completed').length} of ${jobs} other jobs done`,
      );
      return findings.result(jobs + 1);
    } finally {
      await rig.close();
    }
  },
};

/** Whoever claims the poisoned job dies; returns how often that happened until nothing was left to do. */
async function startAgainAndAgain(rig: Rig, poisoned: number, open: () => Promise<number>): Promise<number> {
  let crashes = 0;
  const deadline = performance.now() + 300_000;
  while ((await open()) > 0 && performance.now() < deadline) {
    const app: SpawnedApp | null = await rig.spawn(dieAt('after-claim', 1, poisoned)).catch(() => null);
    const died = { yet: app === null };
    void app?.ended.then(() => (died.yet = true));
    while (!died.yet && (await open()) > 0) await pause(20);
    if (died.yet) crashes += 1;
    else await app?.stop();
  }
  return crashes;
}

function judge(rows: readonly JobRow[], poisoned: number, crashes: number, findings: Findings): readonly JobRow[] {
  const bad = rows.find(({ person_id }) => person_id === poisoned);
  const said = `${bad?.state} ${bad?.error_code} after ${bad?.crashes} crashes`;
  findings.expect(said === 'failed POISON_JOB after 3 crashes', `the poison job is ${said}`);
  findings.expect(crashes === 3, `the process died ${crashes} times`);
  const others = rows.filter(({ person_id }) => person_id !== poisoned);
  for (const job of others) {
    const done = job.state === 'completed' && job.faces_added === FACES;
    findings.expect(done, `job ${job.id} is ${job.state}: ${job.error_code}`);
  }
  return others;
}
