import { Findings, type Proof } from '../proof.js';
import { countEvents, type JobRow, jobRows, pause, untilIdle } from '../rig/jobs.js';
import { someCrops } from '../rig/people.js';
import { Rig } from '../rig/rig.js';

const HOUR_MS = 3_600_000;
const FACES = 40;

export const wrongClocks: Proof = {
  id: 'P19',
  promise: 'Wrong clocks take no job from its process and run none twice',
  grounds: ['SQLite', 'MariaDB'],
  run: async (context) => {
    const rig = await Rig.open(context.database, { fake: { capacity: 4, latencyMs: 40 } });
    const findings = new Findings();
    try {
      const apps = [await rig.host()];
      if (context.ground === 'MariaDB') apps.push(await rig.host());
      apps.forEach((app, index) => {
        app.clock.advance(index === 0 ? 600_000 : -600_000);
      });
      const crops = await someCrops(FACES);
      const rounds = context.count(10, 1);
      let jobs = 0;
      for (let round = 0; round < rounds; round += 1) {
        const people = await rig.seed(4, crops);
        for (const [index, { id }] of people.entries())
          await apps[index % apps.length]!.api.post(`/persons/${id}/train`, {});
        jobs += people.length;
        await pause(150);
        // The machine's clock steps an hour, there and back; on SQLite the database's clock is the machine's.
        for (const app of apps) {
          app.clock.advance(round % 2 === 0 ? HOUR_MS : -HOUR_MS);
          if (context.ground === 'SQLite') app.db.clockOffsetMs += round % 2 === 0 ? HOUR_MS : -HOUR_MS;
        }
        await untilIdle(await rig.sql(), 40_000);
      }
      const sql = await rig.sql();
      judge(await jobRows(sql), findings);
      const takenBack = await countEvents(sql, 'taken_back');
      findings.expect(takenBack === 0, `${takenBack} jobs were taken from processes that live`);
      const uploads = (await rig.fake.requests()).counts.addFace;
      findings.expect(uploads === jobs * FACES, `${uploads} uploads for ${jobs * FACES} faces`);
      for (const app of apps) app.db.clockOffsetMs = 0;
      findings.fail(...(await rig.violations()));
      findings.remark(
        `${apps.length} replica(s), clocks ten minutes off, stepped by an hour amid ${jobs} jobs that outlast their lease's heartbeat: ${takenBack} taken back`,
      );
      return findings.result(jobs);
    } finally {
      await rig.close();
    }
  },
};

function judge(jobs: readonly JobRow[], findings: Findings): void {
  for (const job of jobs) {
    const once = job.state === 'completed' && job.attempt === 1 && job.crashes === 0 && job.faces_added === FACES;
    findings.expect(once, `job ${job.id} is ${job.state} after ${job.attempt} attempts and ${job.crashes} crashes`);
  }
}
