import { Findings, type Proof } from '../proof.js';
import { jobRows, until } from '../rig/jobs.js';
import { someCrops } from '../rig/people.js';
import { Rig } from '../rig/rig.js';

export const onceEach: Proof = {
  id: 'P3',
  promise: 'Each job is executed once and ends in one state, however many replicas work',
  grounds: ['SQLite', 'MariaDB'],
  run: async (context) => {
    const sqlite = context.ground === 'SQLite';
    const replicas = sqlite ? 1 : 4;
    const jobs = sqlite ? context.count(1_000, 60) : context.count(5_000, 80);
    const rig = await Rig.open(context.database, {
      fake: { latencyMs: 0 },
      // Patient enough for a machine that is busy with four replicas: no lease is to run out here.
      environment: {
        TRAINING_LEASE_MS: '30000',
        TRAINING_HEARTBEAT_MS: '2000',
        COMPREFACE_HEADERS_TIMEOUT_MS: '20000',
        COMPREFACE_TOTAL_TIMEOUT_MS: '25000',
        COMPREFACE_PROBE_TIMEOUT_MS: '5000',
      },
    });
    const findings = new Findings();
    try {
      const apps = await Promise.all(Array.from({ length: replicas }, () => rig.spawn()));
      const people = await rig.seed(jobs, await someCrops(1));
      const waiting = [...people];
      await Promise.all(
        Array.from({ length: 8 }, async (_, lane) => {
          for (let person = waiting.pop(); person; person = waiting.pop()) {
            await apps[lane % replicas]!.api.post(`/persons/${person.id}/queue-training`, {
              config: { minFacesThreshold: 1 },
            });
          }
        }),
      );
      context.progress(`${jobs} jobs are queued`);
      const startedMs = performance.now();
      // Every replica is told to work on the same queue at the same time.
      await Promise.all(
        apps.map(({ api }) => api.post('/training/process-queue', { config: { maxConcurrentJobs: 4, wait: false } })),
      );
      const sql = await rig.sql();
      await until(
        async () =>
          (await sql.all("SELECT id FROM training_job WHERE state IN ('pending', 'running') LIMIT 1")).length === 0,
        900_000,
        'the queue does not get empty',
      );
      const seconds = (performance.now() - startedMs) / 1_000;
      for (const job of await jobRows(sql)) {
        const once = job.state === 'completed' && job.attempt === 1 && job.faces_added === 1;
        findings.expect(once, `job ${job.id} is ${job.state} after ${job.attempt} attempts: ${job.error_code}`);
      }
      const twice = await sql.all<{ job_id: number }>(
        "SELECT job_id FROM job_event WHERE event = 'started' GROUP BY job_id HAVING COUNT(*) <> 1",
      );
      findings.expect(twice.length === 0, `${twice.length} jobs were not started exactly once`);
      const uploads = (await rig.fake.requests()).counts.addFace;
      findings.expect(uploads === jobs, `${uploads} uploads for ${jobs} faces`);
      findings.fail(...(await rig.violations()));
      findings.remark(
        `${replicas} ${replicas === 1 ? 'process' : 'replicas'}, ${jobs} jobs in ${seconds.toFixed(0)} s`,
      );
      for (const app of apps) {
        const complaints = app
          .output()
          .split('\n')
          .filter((line) => /deadlock|ER_LOCK|QueryFailed/i.test(line));
        findings.expect(complaints.length === 0, `a replica printed: ${complaints[0]}`);
      }
      return findings.result(jobs);
    } finally {
      await rig.close();
    }
  },
};
