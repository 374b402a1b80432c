import type { SpawnedApp } from '../../support/spawn-app.js';
import { Findings, percentile, type Proof } from '../proof.js';
import { countEvents, jobRows, pause, untilIdle } from '../rig/jobs.js';
import { someCrops } from '../rig/people.js';
import { Rig } from '../rig/rig.js';

const FACES = 12;

export const gracefulStop: Proof = {
  id: 'P9',
  promise: 'A process that is told to stop ends in time, loses no confirmed upload and burns no attempt',
  grounds: ['SQLite', 'MariaDB'],
  run: async (context) => {
    const replicas = context.ground === 'SQLite' ? 1 : 3;
    const restarts = context.ground === 'SQLite' ? context.count(20, 3) : context.count(100, 4);
    const rig = await Rig.open(context.database, {
      fake: { capacity: 4, latencyMs: 15 },
      environment: { TRAINING_AUTOSTART: 'true', TRAINING_LEASE_MS: '4000' },
    });
    const findings = new Findings();
    try {
      const apps: SpawnedApp[] = await Promise.all(Array.from({ length: replicas }, () => rig.spawn()));
      const crops = await someCrops(FACES);
      const stops: number[] = [];
      let jobs = 0;
      const load = { on: true };
      const loading = (async (): Promise<void> => {
        while (load.on) {
          const sql = await rig.sql();
          const open = await sql.all("SELECT id FROM training_job WHERE state IN ('pending', 'running')");
          const people = open.length > 12 ? [] : await rig.seed(6, crops);
          for (const { id } of people) {
            const answer = await apps[jobs % replicas]!.api.post(`/persons/${id}/queue-training`, {}).catch(() => null);
            if (answer?.status === 201) jobs += 1;
          }
          await pause(100);
        }
      })();
      for (let restart = 0; restart < restarts; restart += 1) {
        await pause(100 + context.random() * 300);
        const app = apps[restart % replicas]!;
        const startedMs = performance.now();
        const code = await app.stop();
        stops.push(performance.now() - startedMs);
        const why = /Not stopped in time.*/.exec(app.output())?.[0] ?? '';
        findings.expect(code === 0, `a stop ended with code ${code}: ${why}`);
        const broken = app
          .output()
          .split('\n')
          .filter((line) => /could not be written|INTERNAL|QueryFailed/i.test(line));
        findings.expect(broken.length === 0, `a stopping process printed: ${broken[0]}`);
        apps[restart % replicas] = await rig.spawn();
        if (restart % 20 === 19) context.progress(`${restart + 1} restarts`);
      }
      load.on = false;
      await loading;
      const sql = await rig.sql();
      await untilIdle(sql, 60_000);
      const rows = await jobRows(sql);
      for (const job of rows) {
        const clean = job.state === 'completed' && job.faces_added === FACES && job.attempt === 1 && job.crashes === 0;
        findings.expect(
          clean,
          `job ${job.id} is ${job.state}, attempt ${job.attempt}, ${job.crashes} crashes, ${job.faces_added} faces, ${job.error_code}`,
        );
      }
      findings.expect(
        (await countEvents(sql, 'taken_back')) === 0,
        'jobs were taken back although every process gave its own back',
      );
      // One that was broken off at the end of its grace may be sent again; one that CompreFace has confirmed may not.
      const { counts, confirmedUploads } = await rig.fake.requests();
      const again = confirmedUploads - rows.length * FACES;
      findings.expect(again <= 0, `${again} uploads that CompreFace had confirmed were lost and sent again`);
      findings.fail(...(await rig.violations()));
      findings.remark(
        `${restarts} restarts of ${replicas} replica(s) under load, ${jobs} jobs, ${counts.addFace - confirmedUploads} uploads broken off, ${await countEvents(sql, 'waiting')} times given back; a stop took p50 ${percentile(stops, 0.5).toFixed(0)} ms, worst ${Math.max(...stops).toFixed(0)} ms (2 s of draining allowed at this scale)`,
      );
      findings.expect(Math.max(...stops) <= 5_000, `a stop took ${Math.max(...stops).toFixed(0)} ms`);
      return findings.result(restarts);
    } finally {
      await rig.close();
    }
  },
};
